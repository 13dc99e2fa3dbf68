#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/training_request.hpp"
#include "model/language_model_config.hpp"
#include "model/machine.hpp"
#include "model/training_config.hpp"
#include "planning/plan.hpp"
#include "snapshot/snapshot.hpp"
#include "text/text_settings.hpp"

namespace carousel {

// What was asked for becomes what a training uses: the request, else what the snapshot says (with
// --resume or --from), else the preset, else the plan. `stored` is that snapshot or null. A request
// asks, a plan chooses, and here both are settled; below nobody sees a request.
//
// On --resume architecture, text, batch and seed may not change: UsageError (exit 2) with both
// values. With --from, text and architecture are those of the model.

TextSettings settle_text(const TrainingRequest& options, const Snapshot* stored);
DecodingSettings settle_decoding(const TrainingRequest& options, const Snapshot* stored);

/// The architecture of a model that is trained further, for a corpus of so many symbols.
LanguageModelConfig settle_model(const TrainingRequest& options, const Snapshot& stored,
                                 std::int64_t vocabulary_size);

/// What a plan for a new training starts from: sizes that an option, the preset or the model of
/// `from` (or null) decides, in this order, and settings that no plan chooses.
PlanRequest plan_request(const TrainingRequest& options, const Snapshot* from,
                         const CorpusFacts& corpus, std::int64_t vocabulary_size);

/// That given, else ten minutes; two for the embedded text.
TrainingLength settle_length(const TrainingRequest& options);

/// `planned`: for a new training; `tokens`: of the training part, to which a batch given on resume
/// is fitted. Sentences about what was changed or shrunk are added to `notes`.
TrainingConfig settle_training(const TrainingRequest& options, const Snapshot* stored,
                               const TrainingConfig& planned, std::uint64_t tokens,
                               std::vector<std::string>& notes);

/// A sentence for each option that is given and has no effect on this training.
std::vector<std::string> idle_options(const TrainingRequest& options,
                                      const LanguageModelConfig& model,
                                      const TrainingConfig& training);

/// The weights of a new model: `Machine::initial_weights`, but the separator's embedding is zero.
/// It stands once in a document, too rarely to learn; as zero it is no input at all, and what is
/// written at the start of a document is not disturbed by it.
std::vector<NamedTensor> first_weights(const LanguageModelConfig& config, std::uint64_t seed,
                                       const Machine& machine);

}  // namespace carousel
