#include "evaluation/adaptive_evaluator.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"

namespace carousel {

Metrics evaluate_adaptively(DynamicEvaluation& reader, const Corpus& corpus, const CorpusPart& part,
                            const SurprisalVisitor& visitor) {
    const auto symbols = static_cast<std::int64_t>(corpus.vocabulary().size());
    if (symbols != reader.model().config().vocabulary_size)
        throw std::logic_error("the corpus was encoded with another vocabulary than the model's");
    if (part.characters == 0) {
        throw InputError(
            "This part of the text has no characters, so there is nothing to predict.");
    }
    CharacterSums sums(corpus, visitor);
    const auto segment = static_cast<std::uint64_t>(reader.segment());
    std::vector<TokenId> ids;
    // The separator in front of the corpus has nothing before it.
    for (auto begin = std::max<std::uint64_t>(part.begin, 1); begin < part.end; begin += segment) {
        const auto count = std::min(segment, part.end - begin);
        ids.resize(count + 1);
        corpus.copy(begin - 1, ids);
        const auto nats = reader.read(ids);
        for (std::size_t t = 0; t < count; ++t) sums.add(begin + t, ids[t + 1], double{nats[t]});
    }
    return sums.finish();
}

}  // namespace carousel
