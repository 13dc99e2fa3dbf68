#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

namespace carousel {

/// When a training shows what it writes: each so many steps, or soon after the start, for people to
/// see what comes, and after each quarter of the run.
class SampleSchedule {
public:
    /// `every`: steps, 0 = never; absent: by progress. `progress`: where the run goes on, 0 for a
    /// new one.
    SampleSchedule(std::optional<std::int64_t> every, double progress) : every_(every) {
        taken(progress);
        first_ = progress == 0;
    }

    /// `seconds`: since the run was asked for.
    bool due(std::uint64_t step, double progress, double seconds) const {
        if (!every_) {
            return progress >= next_ ||
                   (first_ && (progress >= k_first || seconds >= k_first_seconds));
        }
        return *every_ > 0 && step % static_cast<std::uint64_t>(*every_) == 0;
    }

    /// A sample was written.
    void taken(double progress) {
        next_ = (std::floor(progress * 4) + 1) / 4;
        first_ = false;
    }

private:
    static constexpr double k_first = 0.02, k_first_seconds = 20;

    std::optional<std::int64_t> every_;
    double next_ = 0;    // progress
    bool first_ = true;  // none has been shown
};

}  // namespace carousel
