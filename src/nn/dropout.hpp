#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace carousel {

/// Probabilities in [0, 1) with which activations are set to zero in training (the others are
/// scaled by 1 / (1 - p)). One mask serves a whole window (Gal & Ghahramani 2016).
struct DropoutRates {
    float input = 0;    ///< whole symbols of the vocabulary, at the embedding
    float between = 0;  ///< units of each layer's output, on its way to the next layer
    float output = 0;   ///< units of the top layer, on their way to the output layer
};

/// Fills `count` factors, 0 or 1 / (1 - rate), as a function of the key and `window_number` alone.
void fill_dropout_mask(float* mask, std::int64_t count, float rate, const RandomKey& key,
                       std::uint64_t window_number);

}  // namespace carousel
