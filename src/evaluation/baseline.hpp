#pragma once

#include <cstdint>

#include "adaptation/ngram_model.hpp"
#include "data/corpus.hpp"
#include "evaluation/metrics.hpp"

namespace carousel {

/// An n-gram model of a text, and how well it predicts another one: what a model's loss is compared
/// with.
struct Baseline {
    Metrics fixed;     ///< the counts are those of the training text
    Metrics adaptive;  ///< the counts grow by each symbol after it was predicted
};

/// Symbols at the end of the training text that are counted; what stands before is left out.
inline constexpr std::uint64_t k_most_baseline_symbols = 64'000'000;

/// How many symbols of a training part are counted.
std::uint64_t counted_symbols(const CorpusPart& training);

/// The counts of a training part.
NgramModel counted_ngrams(const Corpus& training_text, const CorpusPart& training, int order);

/// Counts the training part, then predicts `part` of `text` as `evaluate_stream` does: the symbol
/// before the part is fed, every character of it is predicted, separators are fed and not counted.
/// Deterministic. Throws: InputError when the part has no characters; std::logic_error when the
/// two corpora have different vocabularies.
Baseline evaluate_baseline(const Corpus& training_text, const CorpusPart& training,
                           const Corpus& text, const CorpusPart& part, int order);

}  // namespace carousel
