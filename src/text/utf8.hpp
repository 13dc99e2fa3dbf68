#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// Eight bytes, the first of which is the lowest of the number.
inline std::uint64_t eight_bytes(const char* bytes) {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, sizeof word);
    } else {
        for (int i = 7; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return word;
}

/// Of the eight bytes, those at the front that are ASCII.
inline std::size_t leading_ascii(std::uint64_t eight_bytes) {
    return static_cast<std::size_t>(std::countr_zero(eight_bytes & 0x8080808080808080U)) / 8;
}

/// Which of 64 bytes begin a sequence of several: bit i stands for byte i.
inline std::uint64_t sequence_starts(const char* bytes) {
    std::uint64_t starts = 0;
    for (int i = 0; i < 8; ++i) {
        const std::uint64_t word = eight_bytes(bytes + 8 * i);
        const std::uint64_t found = (word & word << 1 & 0x8080808080808080U) >> 7;
        starts |= (found * 0x0102040810204080U >> 56) << 8 * i;  // one bit of each byte, together
    }
    return starts;
}

/// Calls visit(position) for each sequence of several bytes in valid UTF-8. Made for texts that
/// change between ASCII and others all the time: it jumps by 64 bytes, not by characters.
template <typename Visit>
void for_each_sequence(std::string_view text, Visit visit) {
    std::size_t i = 0;
    for (; i + 64 <= text.size(); i += 64) {
        for (auto starts = sequence_starts(text.data() + i); starts != 0; starts &= starts - 1)
            visit(i + static_cast<std::size_t>(std::countr_zero(starts)));
    }
    for (; i < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) >= 0xC0) visit(i);
    }
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
