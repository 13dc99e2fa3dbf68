#pragma once

#include <cstdint>

#include "model/training_config.hpp"

namespace carousel {

/// Learning rate of an update. `step` counts updates done before it; `progress` in [0, 1] is the
/// part of the run that is over, by steps or by time.
///
/// Linear warm-up over `config.warmup` updates to the peak; then by cosine or straight line down to
/// `config.final_learning_rate` times it at progress 1 (Loshchilov & Hutter 2017, without
/// restarts), or constant.
double scheduled_learning_rate(const TrainingConfig& config, std::uint64_t step, double progress);

}  // namespace carousel
