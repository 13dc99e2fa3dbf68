#include "evaluation/adaptive_evaluator.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "base/logarithm.hpp"
#include "evaluation/evaluator.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_read_at_once = 4096;  // symbols copied at once

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
    std::vector<LikelySymbol> symbols(
        std::min(static_cast<std::size_t>(likely), corpus.vocabulary().size()));
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
            find_likeliest(p, symbols);
            sums.add(begin + i, ids[i], -logarithm(double{p[ids[i]]}), symbols);
            predictor.read(ids[i]);
        }
    }
    return sums.finish();
}

}  // namespace carousel
