#include "evaluation/adaptive_evaluator.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace carousel {

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

}  // namespace carousel
