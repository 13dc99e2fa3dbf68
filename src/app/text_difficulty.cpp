#include "app/text_difficulty.hpp"

#include <algorithm>
#include <cmath>

#include "adaptation/ngram_model.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_counted = 500'000, k_predicted = 50'000;  // symbols
constexpr std::uint64_t k_fewest_tokens = 200;                      // to count, and to predict
constexpr int k_order = 5;

std::vector<TokenId> symbols(const Corpus& corpus, std::uint64_t begin, std::uint64_t end) {
    std::vector<TokenId> ids(end - begin);
    corpus.copy(begin, ids);
    return ids;
}

}  // namespace

std::optional<double> text_difficulty(const TrainingText& text) {
    const auto& validation = text.validation();
    const auto& training = text.training();
    const bool own = validation.corpus == nullptr;
    const std::uint64_t held = own ? std::min(training.tokens() / 10, k_predicted) : 0;
    const std::uint64_t counted_end = training.end - held;
    const CorpusPart part = own ? CorpusPart{counted_end, training.end, 0, 0} : validation.part;
    const Corpus& corpus = own ? text.corpus() : *validation.corpus;
    if (counted_end - training.begin < k_fewest_tokens || part.tokens() < k_fewest_tokens)
        return std::nullopt;

    NgramModel model({.vocabulary_size = text.corpus().vocabulary().size(), .order = k_order});
    const auto counted_begin =
        std::max(training.begin, counted_end - std::min(counted_end, k_counted));
    for (const auto id : symbols(text.corpus(), counted_begin, counted_end)) model.add(id);
    model.forget_context();
    const auto predicted_end = std::min(part.end, part.begin + k_predicted);
    double nats = 0;
    std::uint64_t characters = 0;
    for (std::uint64_t at = part.begin;
         const auto id : symbols(corpus, part.begin, predicted_end)) {
        if (id != Vocabulary::k_separator) {
            nats -= std::log(model.probability(id));
            if (corpus.starts_character(at)) ++characters;
        }
        model.read(id);
        ++at;
    }
    if (characters == 0) return std::nullopt;
    return nats / static_cast<double>(characters);
}

}  // namespace carousel
