#include "text/character_class.hpp"

#include <unicode/uchar.h>

#include <algorithm>

#include "text/utf8.hpp"

namespace carousel {

namespace {

// Quotation_Mark has the apostrophe and its curved forms, too.
bool is_single_quotation(char32_t c) {
    return c == U'\'' || (c >= 0x2018 && c <= 0x201B) || c == 0x2039 || c == 0x203A || c == 0xFF07;
}

}  // namespace

CharacterClass class_of(std::string_view character) {
    if (character.empty()) return CharacterClass::other;
    const auto length = std::min(utf8_length(character.front()), character.size());
    if (valid_utf8_prefix(character.substr(0, length)) != length) return CharacterClass::other;
    const auto c = static_cast<UChar32>(code_point_at(character, 0));
    if (u_isupper(c) || u_istitle(c)) return CharacterClass::upper_case;
    if (u_isalpha(c)) return CharacterClass::letter;
    if (u_isdigit(c)) return CharacterClass::digit;
    if (u_isUWhiteSpace(c)) return CharacterClass::blank;
    if (u_hasBinaryProperty(c, UCHAR_QUOTATION_MARK))
        return is_single_quotation(static_cast<char32_t>(c)) ? CharacterClass::other
                                                             : CharacterClass::quotation;
    if (u_hasBinaryProperty(c, UCHAR_S_TERM)) return CharacterClass::sentence_end;
    switch (u_charType(c)) {
        case U_START_PUNCTUATION:
            return CharacterClass::opens_bracket;
        case U_END_PUNCTUATION:
            return CharacterClass::closes_bracket;
        default:
            return CharacterClass::other;
    }
}

}  // namespace carousel
