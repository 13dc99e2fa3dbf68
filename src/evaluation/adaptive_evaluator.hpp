#pragma once

#include <cstdint>

#include "adaptation/dynamic_evaluation.hpp"
#include "adaptation/predictor.hpp"
#include "data/corpus.hpp"
#include "evaluation/character_surprisal.hpp"
#include "evaluation/metrics.hpp"

namespace carousel {

/// Protocol `stream` with a model that learns while it reads: each segment is predicted before the
/// weights learn from it. The first symbol fed, what is predicted and counted, the visitor and the
/// errors are those of `evaluate_stream`; with a learning rate of 0 so are the figures, bit for
/// bit. `reader` is fresh and has become what the text made of it. Such figures are adaptive: they
/// are never to be shown without that word.
Metrics evaluate_adaptively(DynamicEvaluation& reader, const Corpus& corpus, const CorpusPart& part,
                            const SurprisalVisitor& visitor = {}, std::int64_t likely = 0);

/// The same for any predictor that has read nothing, symbol by symbol: each is asked for before the
/// predictor is told it. Throws: std::logic_error when corpus and predictor have different
/// vocabularies.
Metrics evaluate_predictor(Predictor& predictor, const Corpus& corpus, const CorpusPart& part,
                           const SurprisalVisitor& visitor = {}, std::int64_t likely = 0);

}  // namespace carousel
