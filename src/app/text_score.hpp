#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/metrics.hpp"
#include "model/language_model_config.hpp"
#include "model/reader.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// How surprised a model is by each character of a text.
struct TextScore {
    std::string text;                 ///< as the model reads it
    std::vector<double> nats;         ///< -log p of each character, given all before it
    std::vector<std::uint64_t> ends;  ///< of each character: bytes of `text` up to and with it
    Metrics metrics;
};

/// Reads a text that is in memory as one document from its start. `reader` is that of a model with
/// this config and tokenizer. Law: the figures are those of `evaluate_stream` on a file with this
/// text. Throws: UsageError for text that the model cannot read, as `Tokenizer::encode`, and where
/// nothing of it is left.
TextScore score_text(Reader& reader, const LanguageModelConfig& config, const Tokenizer& tokenizer,
                     std::string_view text, UnknownCharacters unknown);

}  // namespace carousel
