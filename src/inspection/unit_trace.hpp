#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/token_id.hpp"
#include "model/language_model_config.hpp"
#include "model/likely_symbols.hpp"
#include "model/tracer.hpp"
#include "text/tokenizer.hpp"

// The room inspection finds out what single units of a model do on a text. To be read in this
// order:
//
//     inspected_text   a text as people see it, character by character, with its symbols
//     unit_trace       what every unit did at each of them; how they were predicted
//     text_features    what one may want to know of each character: line ends, quotes, brackets ...
//     telling_units    which units tell these, and how well, on text they were not chosen on
//     gate_statistics  how open gates are, how long units remember, where they let go

namespace carousel {

/// What every unit did at every character of a text, and how the model foresaw them.
struct UnitTrace {
    std::size_t layers = 0, signals = 0, units = 0, length = 0;
    std::vector<float> values{};  ///< (layers, signals, units, length)
    std::vector<float> before{};  ///< (layers, signals, units), before the first character
    std::vector<float> nats{};    ///< (length), surprisal of each character
    LikelySymbols likely{};       ///< of what follows each character

    /// What one signal of one unit was, character by character.
    std::span<const float> series(std::size_t layer, std::size_t signal, std::size_t unit) const {
        return std::span(values).subspan(((layer * signals + signal) * units + unit) * length,
                                         length);
    }
};

/// A text as it is read and as it is seen.
struct InspectedText {
    std::vector<TokenId> ids;
    std::vector<std::string> characters;  ///< grapheme clusters; lone bytes where it is no UTF-8
    std::vector<std::size_t> ends;        ///< of each character: symbols up to and with it
};

/// Cuts a text to what people call characters, at most `most` of them. A model that reads code
/// points or bytes has several symbols for some. Throws: UsageError for text that the model cannot
/// read.
InspectedText inspected_text(const Tokenizer& tokenizer, std::string_view text,
                             UnknownCharacters unknown, std::size_t most);

/// Reads a text from the start of a document. What stands for a character is what units did after
/// the last of its symbols. Memory: 4 bytes a signal, unit and character.
UnitTrace trace_units(Tracer& tracer, const LanguageModelConfig& config, const InspectedText& text,
                      std::int64_t likely);

}  // namespace carousel
