#pragma once

#include <cstdint>
#include <optional>

namespace carousel {

/// When a training is validated: each so many steps, or about twenty times in a run, but for no
/// more than a twenty-fifth of the time where time bounds the run.
class ValidationSchedule {
public:
    struct Config {
        std::optional<std::int64_t> every{};  ///< steps; absent: by progress
        bool time_bounds = false;             ///< the length of the run is a time
        double progress = 0;                  ///< where the run goes on, in [0, 1]; 0 = a new one
    };
    explicit ValidationSchedule(const Config& config);

    /// `seconds`: of all runs together.
    bool due(std::uint64_t step, double progress, double seconds) const;

    /// A validation begins: the next one comes a twentieth of the run later.
    void begin(double progress);

    /// It has ended, and has taken so long.
    void end(double seconds, double took);

    /// What the newest validation took; 0 before the first.
    double took() const { return took_; }

private:
    Config config_;
    double next_ = 0;              // progress
    double ended_ = 0, took_ = 0;  // seconds
};

}  // namespace carousel
