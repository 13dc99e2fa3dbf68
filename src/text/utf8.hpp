#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carousel {

/// Bytes of the sequence that starts with `lead`. Only for text known to be valid UTF-8.
inline std::size_t utf8_length(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// True for the second and later bytes of a sequence.
inline bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

/// The code point that starts at `position`. Only for text known to be valid UTF-8.
inline char32_t code_point_at(std::string_view text, std::size_t position) {
    const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[position + i]));
    };
    const char32_t lead = byte(0);
    if (lead < 0x80) return lead;
    if (lead < 0xE0) return ((lead & 0x1F) << 6) | (byte(1) & 0x3F);
    if (lead < 0xF0) return ((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    return ((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) |
           (byte(3) & 0x3F);
}

/// Appends one scalar value. Range: not a surrogate, ≤ U+10FFFF.
void append_utf8(char32_t code_point, std::string& text);

/// Length of the longest start of `text` that is whole, valid UTF-8.
/// Source: the Unicode Standard, table 3-7 (no overlong forms, no surrogates, nothing above
/// U+10FFFF).
std::size_t valid_utf8_prefix(std::string_view text);

/// What stands where valid UTF-8 ends.
struct Utf8Flaw {
    std::size_t length = 0;   ///< of the maximal subpart (Unicode Standard, section 3.9), ≥ 1
    bool incomplete = false;  ///< it reaches the end of the text and more bytes could complete it
};

/// Range: `text` is not empty and does not start with a valid sequence.
Utf8Flaw utf8_flaw(std::string_view text);

/// Code points in valid UTF-8.
std::size_t count_code_points(std::string_view text);

}  // namespace carousel
