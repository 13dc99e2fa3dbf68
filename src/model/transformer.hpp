#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/language_model_config.hpp"

// What must be known of a Transformer before anything is computed: the sizes that follow from
// others, and what its streams remember. Its equations: docs/transformer.md.

namespace carousel {

inline bool is_transformer(const LanguageModelConfig& config) {
    return config.cell == CellKind::transformer;
}

/// Units between the two matrices of a feedforward net, for each of its inputs.
inline constexpr std::int64_t k_feedforward_width = 4;

/// Units of a head.
inline std::int64_t head_size(const LanguageModelConfig& config) {
    return config.hidden_size / config.heads;
}

/// Symbols that a stream remembers keys and values of: a power of two, at least the context, so
/// that symbol n has the slot n modulo it however far a text goes.
std::int64_t memory_slots(const LanguageModelConfig& config);

/// The most heads of at least 32 units that divide H, at least one.
std::int64_t usual_heads(std::int64_t hidden_size);

/// `config` with the sizes that only recurrent nets leave open: E is H, the output layer reads the
/// top, the context is the window, heads not given (0) are the usual ones. What has a context
/// already stays as it is; other nets have no heads, and stay as they are but for these.
LanguageModelConfig with_transformer_sizes(LanguageModelConfig config, std::int64_t window);

/// Why there can be no such net, as the end of a sentence: "its 3 heads do not divide 128 units".
std::optional<std::string> contradiction(const LanguageModelConfig& config);

}  // namespace carousel
