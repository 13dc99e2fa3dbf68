#pragma once

#include <tuple>

#include "adaptation/dynamic_evaluation.hpp"
#include "model/limits.hpp"
#include "model/setting.hpp"

namespace carousel {

// What is said of learning while reading.

template <>
inline constexpr auto k_settings<AdaptationConfig> = std::tuple{
    setting(&AdaptationConfig::learning_rate, {0, 10},
            {.name = "adapt-learning-rate",
             .meaning = "how fast the model learns while it reads; 0 = not at all"}),
    setting(&AdaptationConfig::decay, {0, 1000},
            {.name = "adapt-decay",
             .meaning = "how strongly its weights are pulled back to those of the file"}),
    setting(&AdaptationConfig::segment, {1, k_largest_segment},
            {.name = "adapt-segment",
             .meaning = "symbols that are predicted before the model learns from them"}),
    setting(&AdaptationConfig::epsilon, {.low = 0, .high = 1, .without_low = true},
            {.name = "adapt-epsilon"})};  // nobody chooses it

}  // namespace carousel
