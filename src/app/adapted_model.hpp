#pragma once

#include <filesystem>
#include <optional>

#include "adaptation/dynamic_evaluation.hpp"
#include "app/events.hpp"
#include "app/loaded_model.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// Threads that learn from one stream the fastest: `wanted` if given.
int threads_to_adapt(const LanguageModelConfig& model, std::optional<int> wanted);

/// What a model has learned before it writes.
struct AdaptationReport {
    std::uint64_t symbols = 0;
    double nats = 0;        ///< a symbol, predicted before it was learned
    double fixed_nats = 0;  ///< a symbol, predicted by the model as it was

    /// Learning made it worse, and the model was left as it was.
    bool fell_back() const { return nats > fixed_nats; }
};

/// Lets the model in memory, not the one on disk, read a text once and learn from it, as one
/// document: UTF-8 or what its byte-order mark says. A model that predicted the text worse for it
/// is left as it was.
/// Throws: InputError for a text that cannot be read or is empty; UsageError for a character that
/// the model does not know, unless `unknown` has it skipped or replaced; DivergenceError.
AdaptationReport adapt_to_text(LoadedModel& loaded, const std::filesystem::path& path,
                               const DecodingSettings& decoding, UnknownCharacters unknown,
                               const AdaptationConfig& config, std::optional<int> threads,
                               const TellWork& tell);

}  // namespace carousel
