#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/// The last place at or before `position` where a code point begins or the text ends. Only for text
/// known to be valid UTF-8.
inline std::size_t code_point_edge(std::string_view text, std::size_t position) {
    if (position >= text.size()) return text.size();
    while (is_continuation(text[position])) --position;
    return position;
}

/// The code point that begins at `bytes`. Only for text known to be valid UTF-8.
inline char32_t code_point_at(const char* bytes) {
    const auto byte = [&](int i) { return char32_t{static_cast<unsigned char>(bytes[i])}; };
    const char32_t lead = byte(0);
    if (lead < 0x80) return lead;
    if (lead < 0xE0) return ((lead & 0x1F) << 6) | (byte(1) & 0x3F);
    if (lead < 0xF0) return ((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    return ((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) |
           (byte(3) & 0x3F);
}

/// The code point that starts at `position`. Only for text known to be valid UTF-8.
inline char32_t code_point_at(std::string_view text, std::size_t position) {
    return code_point_at(text.data() + position);
}

struct DecodedSequence {
    char32_t code_point = 0;
    std::size_t length = 0;  ///< bytes
};

/// The sequence of several bytes of valid UTF-8 that begins at `bytes`, four of which can be read.
/// Whether it has two or three takes no jump, which pays where they change all the time.
inline DecodedSequence sequence_at(const char* bytes) {
    const auto tail = [&](int i) { return static_cast<char32_t>(bytes[i] & 0x3F); };
    const char32_t lead = static_cast<unsigned char>(bytes[0]);
    if (lead >= 0xF0) return {(lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4};
    const char32_t of_two = (lead & 0x1F) << 6 | tail(1);
    const char32_t of_three = (lead & 0x0F) << 12 | tail(1) << 6 | tail(2);
    const char32_t three = lead >> 5 & 1;  // else two
    return {of_two ^ ((of_two ^ of_three) & (0 - three)), 2 + three};
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

/// Which of 64 bytes are `lowest` or more: bit i stands for byte i. Range: lowest ≥ 0x80.
inline std::uint64_t bytes_from_by_words(const char* bytes, unsigned char lowest) {
    constexpr std::uint64_t k_ones = 0x0101010101010101U, k_tops = 0x80 * k_ones;
    const std::uint64_t to_top = (0x80U - (lowest & 0x7FU)) * k_ones;
    std::uint64_t found = 0;
    for (int i = 0; i < 64; i += 8) {
        const std::uint64_t word = eight_bytes(bytes + i);
        const std::uint64_t tops = word & ((word & ~k_tops) + to_top) & k_tops;
        found |= ((tops >> 7) * 0x0102040810204080U >> 56) << i;  // one bit of each byte, together
    }
    return found;
}

/// The same, with vectors where every processor of the kind has them.
inline std::uint64_t bytes_from(const char* bytes, unsigned char lowest) {
#ifdef __SSE2__
    const __m128i bound = _mm_set1_epi8(static_cast<char>(lowest));
    std::uint64_t found = 0;
    for (int i = 0; i < 64; i += 16) {
        const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i));
        const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(some, bound), some));
        found |= std::uint64_t{static_cast<unsigned>(bits)} << i;
    }
    return found;
#else
    return bytes_from_by_words(bytes, lowest);
#endif
}

/// Calls look(from, bytes) for each 64 bytes of `text`, which begin at `from`, as long as it
/// returns true. Sixteen more can be read; behind the end of the text stand zeros. Made for texts
/// that change between ASCII and others all the time: with `bytes_from` one jumps by 64 bytes, not
/// by characters.
template <typename Look>
void look_at_blocks(std::string_view text, Look look) {
    std::size_t from = 0;
    for (; from + 64 + 16 <= text.size(); from += 64) {
        if (!look(from, text.data() + from)) return;
    }
    for (; from < text.size(); from += 64) {
        char rest[64 + 16] = {};
        text.copy(rest, sizeof rest, from);
        if (!look(from, static_cast<const char*>(rest))) return;
    }
}

/// Calls visit(place) for each bit that is set, the lowest first.
template <typename Visit>
void for_each_bit(std::uint64_t bits, Visit visit) {
    for (; bits != 0; bits &= bits - 1) visit(static_cast<std::size_t>(std::countr_zero(bits)));
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
