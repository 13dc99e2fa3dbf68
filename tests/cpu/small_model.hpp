#pragma once

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "cpu/initialization.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "model/tensor.hpp"

namespace carousel {

/// Sizes around the width of a panel, where padding begins and ends; then each cell, and
/// Transformers.
inline std::vector<LanguageModelConfig> odd_configs() {
    std::vector<LanguageModelConfig> configs{
        {.vocabulary_size = 1, .layers = 1, .hidden_size = 1, .embedding_size = 1},
        {.vocabulary_size = 2, .layers = 3, .hidden_size = 7, .embedding_size = 4},
        {.vocabulary_size = 16, .layers = 1, .hidden_size = 16, .embedding_size = 16},
        {.vocabulary_size = 65, .layers = 2, .hidden_size = 33, .embedding_size = 17},
        {.vocabulary_size = 40, .layers = 2, .hidden_size = 130, .embedding_size = 9}};
    for (int cell = 1; cell < k_cell_count; ++cell) {
        configs.push_back({.cell = static_cast<CellKind>(cell),
                           .vocabulary_size = 23,
                           .layers = 2,
                           .hidden_size = 37,
                           .embedding_size = 5,
                           .output_input = OutputInput::sum});
    }
    // Heads of less than a panel, of an odd size and of several panels; texts reach over contexts.
    for (const auto& [hidden_size, heads, context] :
         {std::array<std::int64_t, 3>{36, 3, 5}, {35, 5, 1}, {80, 2, 70}}) {
        configs.push_back({.cell = CellKind::transformer,
                           .vocabulary_size = 23,
                           .layers = 2,
                           .hidden_size = hidden_size,
                           .embedding_size = hidden_size,
                           .heads = heads,
                           .context = context});
    }
    return configs;
}

/// The word of a configuration's cell.
inline std::string cell_word(const LanguageModelConfig& config) {
    return std::string(k_cell_words[static_cast<std::size_t>(config.cell)]);
}

/// A fresh model whose biases are not zero and whose probabilities are far from even.
inline LanguageModel lively_model(const LanguageModelConfig& config) {
    ThreadPool pool(1);
    auto weights = initial_weights(config, 3, pool);
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
        const bool is_output = i + 2 == weights.size();
        for (std::size_t k = 0; k < weights[i].values.size(); ++k) {
            auto& x = weights[i].values[k];
            if (weights[i].shape.size() == 1) {
                x += random_uniform({4, RandomPurpose::benchmark, i}, k) - 0.5F;
            } else if (is_output) {
                x *= 8;
            }
        }
    }
    return {config, weights};
}

/// Ids (T, B), another sequence for each `stream`.
inline TokenIds random_ids(std::size_t steps, std::size_t streams, std::int64_t vocabulary_size,
                           std::uint32_t stream) {
    TokenIds ids(TokenIds::shape_type{steps, streams});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        ids.data()[i] = static_cast<TokenId>(random_below(
            {9, RandomPurpose::benchmark, stream}, i, static_cast<std::uint64_t>(vocabulary_size)));
    }
    return ids;
}

/// Whether two tensors or vectors of floats have the same bits.
template <typename A, typename B>
bool same_bits(const A& a, const B& b) {
    return a.size() == b.size() &&
           (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

}  // namespace carousel
