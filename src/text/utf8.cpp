#include "text/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace carousel {

namespace {

// What table 3-7 asks of a sequence that starts with some byte. Later continuation bytes
// are 80..BF.
struct Sequence {
    std::size_t length;  // 0: no sequence starts so
    unsigned char second_low, second_high;
};

Sequence sequence_of(unsigned char lead) {
    if (lead < 0x80) return {1, 0, 0};
    if (lead < 0xC2) return {0, 0, 0};
    if (lead < 0xE0) return {2, 0x80, 0xBF};
    if (lead == 0xE0) return {3, 0xA0, 0xBF};
    if (lead == 0xED) return {3, 0x80, 0x9F};
    if (lead < 0xF0) return {3, 0x80, 0xBF};
    if (lead == 0xF0) return {4, 0x90, 0xBF};
    if (lead < 0xF4) return {4, 0x80, 0xBF};
    if (lead == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

// Bytes at the front of `text` that follow the table; `sequence.length` of them are a whole
// sequence.
std::size_t matching_bytes(std::string_view text, const Sequence& sequence) {
    if (sequence.length == 0) return 0;
    std::size_t matched = 1;
    while (matched < sequence.length && matched < text.size()) {
        const auto byte = static_cast<unsigned char>(text[matched]);
        const unsigned char low = matched == 1 ? sequence.second_low : 0x80;
        const unsigned char high = matched == 1 ? sequence.second_high : 0xBF;
        if (byte < low || byte > high) break;
        ++matched;
    }
    return matched;
}

// Length of the sequence at `bytes`, 0 if it is none. Four bytes must be readable.
inline std::size_t whole_sequence(const char* bytes) {
    const auto byte = [&](int i) {
        return static_cast<unsigned>(static_cast<unsigned char>(bytes[i]));
    };
    const auto continues = [&](int i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xE0 && lead < 0xF0) {
        // No overlong forms after E0, no surrogates after ED.
        const bool second = lead == 0xE0 ? byte(1) >= 0xA0 : lead != 0xED || byte(1) < 0xA0;
        return continues(1) && continues(2) && second ? 3 : 0;
    }
    if (lead < 0xE0) return lead >= 0xC2 && continues(1) ? 2 : 0;
    const Sequence sequence = sequence_of(static_cast<unsigned char>(lead));
    const bool whole = sequence.length == 4 && byte(1) >= sequence.second_low &&
                       byte(1) <= sequence.second_high && continues(2) && continues(3);
    return whole ? 4 : 0;
}

}  // namespace

void append_utf8(char32_t code_point, std::string& text) {
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    const auto tail = [&](int shift) { put(0x80 | ((code_point >> shift) & 0x3F)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0 | (code_point >> 6));
        tail(0);
    } else if (code_point < 0x10000) {
        put(0xE0 | (code_point >> 12));
        tail(6);
        tail(0);
    } else {
        put(0xF0 | (code_point >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::size_t valid_utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t words[2];
        if (at + sizeof words > text.size()) {  // near the end, look before each byte
            const Sequence sequence = sequence_of(static_cast<unsigned char>(text[at]));
            if (sequence.length == 0) break;
            if (matching_bytes(text.substr(at), sequence) < sequence.length) break;
            at += sequence.length;
            continue;
        }
        std::memcpy(words, text.data() + at, sizeof words);
        if (((words[0] | words[1]) & 0x8080808080808080U) == 0) {  // sixteen ASCII characters
            at += sizeof words;
            continue;
        }
        for (const std::size_t pause = at + sizeof words - 4; at <= pause;) {
            const std::size_t length = whole_sequence(text.data() + at);
            if (length == 0) return at;
            at += length;
        }
    }
    return at;
}

Utf8Flaw utf8_flaw(std::string_view text) {
    const Sequence sequence = sequence_of(static_cast<unsigned char>(text.front()));
    const std::size_t matched = matching_bytes(text, sequence);
    return {.length = std::max<std::size_t>(matched, 1),
            .incomplete = matched > 0 && matched == text.size() && matched < sequence.length};
}

std::size_t count_code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !is_continuation(byte); }));
}

}  // namespace carousel
