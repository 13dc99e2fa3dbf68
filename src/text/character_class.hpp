#pragma once

#include <cstdint>
#include <string_view>

namespace carousel {

/// What a character is to somebody who looks for words, sentences and what encloses them.
enum class CharacterClass : std::uint8_t {
    upper_case,      ///< a letter, capital or title case
    letter,          ///< any other
    digit,           ///< a decimal digit of any script
    blank,           ///< white space
    sentence_end,    ///< Unicode's Sentence_Terminal: . ! ? and those of other scripts
    quotation,       ///< a double quotation mark; single ones are apostrophes as a rule
    opens_bracket,   ///< Ps
    closes_bracket,  ///< Pe
    other
};

/// By the first code point; any bytes may come, and no text is `other`.
CharacterClass class_of(std::string_view character);

}  // namespace carousel
