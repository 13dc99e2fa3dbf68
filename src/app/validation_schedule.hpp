#pragma once

#include <cstdint>
#include <optional>

namespace carousel {

/// When a training is validated: each so many steps, or about twenty times in a run; where time
/// bounds the run, for no more than a twentieth of the time, but ten times in any case.
class ValidationSchedule {
public:
    struct Config {
        std::optional<std::int64_t> every{};  ///< steps; absent: by progress
        bool time_bounds = false;             ///< the length of the run is a time
        double progress = 0;                  ///< where the run starts or goes on
    };
    explicit ValidationSchedule(const Config& config);

    /// `seconds`: of all runs together.
    bool due(std::uint64_t step, double progress, double seconds) const;

    /// A validation begins: the next one comes with the next twentieth of the run (of a run by
    /// time: of what was left of it at its start), where that would cost too much time with the
    /// next tenth.
    void begin(double progress);

    /// It has ended, and has taken so long.
    void end(double seconds, double took);

private:
    Config config_;
    double next_ = 0, latest_ = 0;  // progress
    double ended_ = 0, took_ = 0;   // seconds
};

}  // namespace carousel
