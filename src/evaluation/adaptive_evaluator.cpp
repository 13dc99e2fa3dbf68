#include "evaluation/adaptive_evaluator.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/logarithm.hpp"
#include "evaluation/evaluator.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_read_at_once = 4096;  // symbols copied at once

/// The `most` likeliest symbols.
std::vector<LikelySymbol> likeliest(std::span<const float> probabilities, std::int64_t most) {
    std::vector<LikelySymbol> all;
    for (TokenId id = 0; id < probabilities.size(); ++id) all.push_back({id, probabilities[id]});
    const auto count = std::min<std::size_t>(all.size(), static_cast<std::size_t>(most));
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
    std::ranges::partial_sort(all, end, [](const LikelySymbol& a, const LikelySymbol& b) {
        return a.probability > b.probability || (a.probability == b.probability && a.id < b.id);
    });
    all.erase(end, all.end());
    return all;
}

}  // namespace

Metrics evaluate_adaptively(DynamicEvaluation& reader, const Corpus& corpus, const CorpusPart& part,
                            const SurprisalVisitor& visitor, std::int64_t likely) {
    require_fit(reader.model(), corpus);
    CharacterSums sums(corpus, visitor);
    const auto segment = static_cast<std::uint64_t>(reader.segment());
    std::vector<TokenId> ids;
    LikelySymbols symbols{.most = likely};
    for (auto begin = first_predicted(part); begin < part.end; begin += segment) {
        const auto count = std::min(segment, part.end - begin);
        ids.resize(count + 1);
        corpus.copy(begin - 1, ids);
        const auto nats = reader.read(ids, likely > 0 ? &symbols : nullptr);
        for (std::size_t t = 0; t < count; ++t)
            sums.add(begin + t, ids[t + 1], double{nats[t]}, symbols.at(t));
    }
    return sums.finish();
}

Metrics evaluate_predictor(Predictor& predictor, const Corpus& corpus, const CorpusPart& part,
                           const SurprisalVisitor& visitor, std::int64_t likely) {
    CharacterSums sums(corpus, visitor);
    std::vector<TokenId> ids;
    const auto first = first_predicted(part);
    predictor.read(corpus.at(first - 1));
    for (auto begin = first; begin < part.end; begin += ids.size()) {
        ids.resize(static_cast<std::size_t>(std::min(k_read_at_once, part.end - begin)));
        corpus.copy(begin, ids);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto p = predictor.probabilities();
            if (p.size() != corpus.vocabulary().size())
                throw std::logic_error("a predictor knows another vocabulary than the corpus");
            std::vector<LikelySymbol> symbols;
            if (likely > 0) symbols = likeliest(p, likely);
            sums.add(begin + i, ids[i], -logarithm(double{p[ids[i]]}), symbols);
            predictor.read(ids[i]);
        }
    }
    return sums.finish();
}

}  // namespace carousel
