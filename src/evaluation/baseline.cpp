#include "evaluation/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <stdexcept>
#include <vector>

#include "evaluation/character_surprisal.hpp"

// One n-gram model, used three times: it counts the end of the training text, predicts the other
// text as it is, and predicts it again while it learns from each symbol.

namespace carousel {

namespace {

constexpr std::uint64_t k_piece = 4096;  // symbols copied at once

void for_each_symbol(const Corpus& corpus, std::uint64_t begin, std::uint64_t end,
                     const std::function<void(std::uint64_t index, TokenId id)>& use) {
    std::vector<TokenId> ids;
    for (std::uint64_t at = begin; at < end; at += ids.size()) {
        ids.resize(static_cast<std::size_t>(std::min(k_piece, end - at)));
        corpus.copy(at, ids);
        for (std::size_t i = 0; i < ids.size(); ++i) use(at + i, ids[i]);
    }
}

enum class Learning : std::uint8_t { none, after_each_symbol };

Metrics predict(NgramModel& ngrams, const Corpus& text, const CorpusPart& part, Learning learning) {
    const std::uint64_t begin = first_predicted(part);
    ngrams.forget_context();
    ngrams.read(text.at(begin - 1));
    CharacterSums sums(text);
    for_each_symbol(text, begin, part.end, [&](std::uint64_t index, TokenId id) {
        sums.add(index, id, -std::log(ngrams.probability(id)));
        learning == Learning::none ? ngrams.read(id) : ngrams.add(id);
    });
    return sums.finish();
}

}  // namespace

std::uint64_t counted_symbols(const CorpusPart& training) {
    return std::min(training.tokens(), k_most_baseline_symbols);
}

NgramModel counted_ngrams(const Corpus& training_text, const CorpusPart& training, int order) {
    NgramModel ngrams({.vocabulary_size = training_text.vocabulary().size(), .order = order});
    for_each_symbol(training_text, training.end - counted_symbols(training), training.end,
                    [&](std::uint64_t, TokenId id) { ngrams.add(id); });
    return ngrams;
}

Baseline evaluate_baseline(const Corpus& training_text, const CorpusPart& training,
                           const Corpus& text, const CorpusPart& part, int order) {
    if (training_text.vocabulary() != text.vocabulary()) {
        throw std::logic_error("the text was encoded with another vocabulary than the training's");
    }
    auto ngrams = counted_ngrams(training_text, training, order);
    Baseline baseline;
    baseline.fixed = predict(ngrams, text, part, Learning::none);
    baseline.adaptive = predict(ngrams, text, part, Learning::after_each_symbol);
    return baseline;
}

}  // namespace carousel
