#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "cli/options.hpp"
#include "nn/language_model_config.hpp"
#include "snapshot/snapshot.hpp"
#include "text/text_settings.hpp"
#include "training/training_config.hpp"

namespace carousel {

// What a training uses: the options given, else what the snapshot says (with --resume or --from),
// else defaults by the size of the text. `stored` is that snapshot or null.
//
// On --resume architecture, text, batch and seed may not change: UsageError (exit 2) with both
// values. With --from, text and architecture are those of the model.

TextSettings choose_text(const TrainOptions& options, const Snapshot* stored);
DecodingSettings choose_decoding(const TrainOptions& options, const Snapshot* stored);

/// `characters`: of the training part; `vocabulary_size`: of the corpus.
LanguageModelConfig choose_model(const TrainOptions& options, const Snapshot* stored,
                                 std::uint64_t characters, std::int64_t vocabulary_size);

/// `tokens`: of the training part, to which batch and window are fitted. Sentences about what was
/// changed or shrunk are added to `notes`.
TrainingConfig choose_training(const TrainOptions& options, const Snapshot* stored,
                               std::uint64_t characters, std::uint64_t tokens,
                               std::vector<std::string>& notes);

/// The weights of a new model: `initial_weights`, but the separator's embedding is zero. It stands
/// once in a document, too rarely to learn; as zero it is no input at all, and what is written at
/// the start of a document is not disturbed by it.
std::vector<NamedTensor> first_weights(const LanguageModelConfig& config, std::uint64_t seed,
                                       ThreadPool& pool);

}  // namespace carousel
