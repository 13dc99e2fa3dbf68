#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/test_model.hpp"
#include "text/character_counts.hpp"
#include "text/text_settings.hpp"
#include "text/tokenizer.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// The tokenizer that a corpus of this text would have.
inline Tokenizer tokenizer_of(std::string_view text, const TextSettings& settings = {}) {
    CharacterCounts counts(settings.unit);
    counts.push(text);
    counts.finish();
    return {settings, Vocabulary::build(counts, settings)};
}

/// Settings of models that read bytes.
inline TextSettings byte_settings() {
    return {.unit = Unit::byte, .normalization = Normalization::none, .newlines = Newlines::keep};
}

/// A model as it is before training, with its output matrix scaled so that its probabilities are
/// far from even.
inline TestModel untrained_model(std::size_t vocabulary_size, std::uint64_t seed,
                                 float output_scale = 8) {
    const LanguageModelConfig config{.vocabulary_size = static_cast<std::int64_t>(vocabulary_size),
                                     .layers = 2,
                                     .hidden_size = 20,
                                     .embedding_size = 12};
    auto weights = CpuMachine(1).initial_weights(config, seed);
    for (auto& weight : weights[weights.size() - 2].values) weight *= output_scale;
    return {config, weights};
}

}  // namespace carousel
