#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/words.hpp"
#include "model/cell_kind.hpp"

namespace carousel {

// Here and not beside the cells, which are compiled without the standard library.
template <>
inline constexpr auto k_words<CellKind> = [] {
    std::array<std::string_view, k_net_count> words;
    std::copy(std::begin(k_cell_words), std::end(k_cell_words), words.begin());
    return words;
}();

/// What the output layer reads: the top layer's outputs, or the sum of those of all layers.
enum class OutputInput : std::uint8_t { top, sum };

template <>
inline constexpr std::array<std::string_view, 2> k_words<OutputInput>{"top", "sum"};

/// Which ways a model reads a text: from its start, or with a second net from its end, too.
enum class ReadingDirection : std::uint8_t { forward, both };

template <>
inline constexpr std::array<std::string_view, 2> k_words<ReadingDirection>{"forward", "both"};

/// Architecture of a language model. Ranges: `model/limits.hpp`.
struct LanguageModelConfig {
    CellKind cell = CellKind::lstm;
    std::int64_t vocabulary_size = 0;   ///< V ≥ 1
    std::int64_t layers = 2;            ///< L in [1, k_most_layers]
    std::int64_t hidden_size = 256;     ///< H in [1, k_largest_size]
    std::int64_t embedding_size = 256;  ///< E likewise
    float forget_bias = 1.0F;           ///< initial bias of the forget gate
    OutputInput output_input = OutputInput::top;
    /// Of a Transformer (model/transformer.hpp): heads, which divide H, and the symbols that a
    /// position attends to, itself among them. 0 in recurrent nets.
    std::int64_t heads = 0, context = 0;
    ReadingDirection direction = ReadingDirection::forward;

    bool operator==(const LanguageModelConfig&) const = default;
};

/// Whether the output layer reads a sum: one layer is its own.
inline bool sums_layers(const LanguageModelConfig& config) {
    return config.output_input == OutputInput::sum && config.layers > 1;
}

}  // namespace carousel
