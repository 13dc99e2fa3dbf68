#include "model/transformer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace carousel {

std::int64_t memory_slots(const LanguageModelConfig& config) {
    return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(config.context)));
}

std::int64_t usual_heads(std::int64_t hidden_size) {
    constexpr std::int64_t k_units = 32;
    auto heads = std::max<std::int64_t>(1, hidden_size / k_units);
    while (hidden_size % heads != 0) --heads;
    return heads;
}

LanguageModelConfig with_transformer_sizes(LanguageModelConfig config, std::int64_t window) {
    if (!is_transformer(config)) config.heads = 0;
    if (!is_transformer(config) || config.context > 0) return config;
    config.embedding_size = config.hidden_size;
    config.output_input = OutputInput::top;
    config.context = window;
    if (config.heads == 0) config.heads = usual_heads(config.hidden_size);
    return config;
}

std::optional<std::string> contradiction(const LanguageModelConfig& config) {
    const auto heads = config.heads, context = config.context;
    if (!is_transformer(config)) {
        if (heads == 0 && context == 0) return std::nullopt;
        return fmt::format("{} has no attention heads and no context, which a transformer has",
                           k_words<CellKind>[static_cast<std::size_t>(config.cell)]);
    }
    if (heads < 1 || context < 1) return "a transformer without heads or context";
    if (config.hidden_size % heads != 0)
        return fmt::format("its {} heads do not divide its {} units", heads, config.hidden_size);
    if (config.embedding_size != config.hidden_size)
        return fmt::format("a transformer adds to its embeddings, which have {} numbers and not {}",
                           config.embedding_size, config.hidden_size);
    if (config.output_input != OutputInput::top)
        return "the top layer of a transformer is the sum of all layers already";
    return std::nullopt;
}

}  // namespace carousel
