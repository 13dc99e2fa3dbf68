#pragma once

#include <cstdint>

#include "model/cell_kind.hpp"

namespace carousel {

/// What the output layer reads: the top layer's outputs, or the sum of those of all layers.
enum class OutputInput : std::uint8_t { top, sum };

/// Architecture of a language model. Ranges are those of the command line.
struct LanguageModelConfig {
    CellKind cell = CellKind::lstm;
    std::int64_t vocabulary_size = 0;   ///< V ≥ 1
    std::int64_t layers = 2;            ///< L in [1, 16]
    std::int64_t hidden_size = 256;     ///< H in [1, 8192]
    std::int64_t embedding_size = 256;  ///< E in [1, 8192]
    float forget_bias = 1.0F;           ///< initial bias of the forget gate
    OutputInput output_input = OutputInput::top;

    bool operator==(const LanguageModelConfig&) const = default;
};

/// Whether the output layer reads a sum: one layer is its own.
inline bool sums_layers(const LanguageModelConfig& config) {
    return config.output_input == OutputInput::sum && config.layers > 1;
}

}  // namespace carousel
