#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/words.hpp"

namespace carousel {

/// How long a mask of activations serves: a whole window (locked; Gal & Ghahramani 2016), or one
/// step (Zaremba, Sutskever & Vinyals 2014).
enum class DropoutMask : std::uint8_t { window, step };

template <>
inline constexpr std::array<std::string_view, 2> k_words<DropoutMask>{"window", "step"};

/// Probabilities in [0, 1) with which values are set to zero in training (the others are scaled by
/// 1 / (1 - p)).
struct DropoutRates {
    float input = 0;    ///< whole symbols of the vocabulary, at the embedding
    float between = 0;  ///< units of each layer's output, on its way to the next layer
    float output = 0;   ///< units on their way to the output layer
    /// Elements of the recurrent matrices, one mask for each window whatever `mask` says
    /// (weight-drop, Merity, Keskar & Socher 2018, section 2).
    float recurrent = 0;
    DropoutMask mask = DropoutMask::window;
};

}  // namespace carousel
