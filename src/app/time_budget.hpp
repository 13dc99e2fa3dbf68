#pragma once

#include <cstdint>

#include "model/training_config.hpp"

namespace carousel {

/// How much of a training is over and how long the rest will take, whatever its length is given in.
class TimeBudget {
public:
    /// Range: steps_per_epoch ≥ 1.
    TimeBudget(const TrainingLength& length, std::uint64_t steps_per_epoch)
        : length_(length), steps_per_epoch_(steps_per_epoch) {}

    bool time_bounds() const { return length_.kind == LengthKind::seconds; }

    /// The part of the run that is over; from 1 on it has had its length. `seconds`: of all runs
    /// together. `closing`: what comes after the last step will take so many seconds, which belong
    /// to the time that was asked for; no more than half of it.
    double progress(std::uint64_t step, double seconds, double closing) const;

    /// Where a run stands and how fast it goes.
    struct Pace {
        std::uint64_t step = 0;
        double seconds = 0;           ///< of all runs together
        double progress = 0;          ///< as above
        double seconds_per_step = 0;  ///< without validations and saves
    };
    /// Seconds until the end.
    double left(const Pace& pace) const;

private:
    TrainingLength length_;
    std::uint64_t steps_per_epoch_;
};

}  // namespace carousel
