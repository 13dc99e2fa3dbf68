#pragma once

#include <cstdint>
#include <optional>

namespace carousel {

/// When a training shows what it writes: each so many steps, or after each quarter of the run.
class SampleSchedule {
public:
    /// `every`: steps, 0 = never; absent: by progress. `progress`: where the run goes on, 0 for a
    /// new one.
    SampleSchedule(std::optional<std::int64_t> every, double progress) : every_(every) {
        taken(progress);
    }

    bool due(std::uint64_t step, double progress) const {
        if (!every_) return progress >= next_;
        return *every_ > 0 && step % static_cast<std::uint64_t>(*every_) == 0;
    }

    /// A sample was written.
    void taken(double progress) { next_ = progress + 0.25; }

private:
    std::optional<std::int64_t> every_;
    double next_ = 0;
};

}  // namespace carousel
