#include "text/utf8.hpp"

#include <algorithm>
#include <cstddef>

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

// Where the valid sequences from `at` on end: at a flaw, or at or behind `until`.
std::size_t pass_sequences(std::string_view text, std::size_t at, std::size_t until) {
    while (at < until) {
        const Sequence sequence = sequence_of(static_cast<unsigned char>(text[at]));
        if (sequence.length == 0) break;
        if (matching_bytes(text.substr(at), sequence) < sequence.length) break;
        at += sequence.length;
    }
    return at;
}

// The last place at or before `end` that is not within a sequence, if all is valid up to there.
std::size_t last_edge(std::string_view text, std::size_t end) {
    std::size_t edge = end - 1;
    while (is_continuation(text[edge])) --edge;
    return edge + utf8_length(text[edge]) > end ? edge : end;
}

// Blocks of bytes are held against the table by arithmetic on each and no jump, which compilers
// turn into vectors: texts whose sequences change in length all the time take no longer than
// others. Before a block three bytes can be read, up to which all is valid.
constexpr std::size_t k_block = 128;

bool is_ascii(const char* block) {
    unsigned char all = 0;
    for (std::size_t i = 0; i < k_block; ++i) all |= static_cast<unsigned char>(block[i]);
    return all < 0x80;
}

struct BlockShape {
    bool whole;  // what must continue a sequence does, and nothing else
    bool rare;   // there are bytes that never occur, or that not every second byte may follow
};

// What is rare is looked for from the byte before the block on to the last but one: all that have
// a byte behind them.
BlockShape shape_of(const char* block) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(block);
    unsigned char wrong = 0, rare = 0;
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{k_block}; ++i) {
        const unsigned char before = bytes[i - 1];
        const bool continues = (bytes[i] & 0xC0) == 0x80;
        const bool expected = (before >= 0xC0) | (bytes[i - 2] >= 0xE0) | (bytes[i - 3] >= 0xF0);
        wrong |= static_cast<unsigned char>(continues != expected);
        rare |= static_cast<unsigned char>(((before & 0xFE) == 0xC0) | (before == 0xE0) |
                                           (before == 0xED) | (before >= 0xF0));
    }
    return {wrong == 0, rare != 0};
}

bool rare_bytes_fit(const char* block) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(block);
    unsigned char wrong = 0;
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{k_block}; ++i) {
        const unsigned char before = bytes[i - 1], second = bytes[i];
        const bool never = ((before & 0xFE) == 0xC0) | (before >= 0xF5);
        const bool misfit =
            ((before == 0xE0) & (second < 0xA0)) | ((before == 0xED) & (second > 0x9F)) |
            ((before == 0xF0) & (second < 0x90)) | ((before == 0xF4) & (second > 0x8F));
        wrong |= static_cast<unsigned char>(never | misfit);
    }
    return wrong == 0;
}

// Whether a block goes on as the table asks; its last sequence may be cut off.
bool follows_table(const char* block) {
    const auto before = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(block[-i]); };
    if (is_ascii(block)) return before(1) < 0xC0 && before(2) < 0xE0 && before(3) < 0xF0;
    const auto [whole, rare] = shape_of(block);
    return whole && (!rare || rare_bytes_fit(block));
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
    const std::size_t front = pass_sequences(text, 0, std::min<std::size_t>(text.size(), 3));
    if (front < 3) return front;
    std::size_t end = front;
    while (end + k_block <= text.size() && follows_table(text.data() + end)) end += k_block;
    return pass_sequences(text, last_edge(text, end), text.size());
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
