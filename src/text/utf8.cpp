#include "text/utf8.hpp"

#include <algorithm>
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

constexpr std::size_t k_block = 128;

// Whether the table holds for each byte of a block that begins with a sequence, the last of which
// may be cut off. Arithmetic on bytes and no jump, which compilers turn into vectors: texts whose
// sequences change in length all the time take no longer than others.
bool follows_table(const char* block) {
    unsigned char bytes[3 + k_block] = {};  // before a sequence anything may stand
    std::memcpy(bytes + 3, block, k_block);
    unsigned char wrong = 0;
    for (std::size_t i = 0; i < k_block; ++i) {
        const unsigned char byte = bytes[i + 3], before = bytes[i + 2];
        const bool continues = (byte & 0xC0) == 0x80;
        const bool expected = (before >= 0xC0) | (bytes[i + 1] >= 0xE0) | (bytes[i] >= 0xF0);
        const bool never = (byte == 0xC0) | (byte == 0xC1) | (byte >= 0xF5);
        const bool second = ((before == 0xE0) & (byte < 0xA0)) |
                            ((before == 0xED) & (byte > 0x9F)) |
                            ((before == 0xF0) & (byte < 0x90)) | ((before == 0xF4) & (byte > 0x8F));
        wrong |= static_cast<unsigned char>((continues != expected) | never | second);
    }
    return wrong == 0;
}

bool is_ascii(const char* block) {
    unsigned char all = 0;
    for (std::size_t i = 0; i < k_block; ++i) all |= static_cast<unsigned char>(block[i]);
    return all < 0x80;
}

// Bytes of the whole sequences at the front of a block that follows the table.
std::size_t whole_sequences(std::string_view block) {
    for (std::size_t tail = 1; tail <= 3; ++tail) {
        const char byte = block[block.size() - tail];
        if (is_continuation(byte)) continue;
        return utf8_length(byte) > tail ? block.size() - tail : block.size();
    }
    return block.size();
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
    std::size_t at = 0, flawed_until = 0;
    while (at < text.size()) {
        if (text.size() - at >= k_block && at >= flawed_until) {
            const auto block = text.substr(at, k_block);
            if (is_ascii(block.data())) {
                at += k_block;
                continue;
            }
            if (follows_table(block.data())) {
                at += whole_sequences(block);
                continue;
            }
            flawed_until = at + k_block;
        }
        const Sequence sequence = sequence_of(static_cast<unsigned char>(text[at]));
        if (sequence.length == 0) break;
        if (matching_bytes(text.substr(at), sequence) < sequence.length) break;
        at += sequence.length;
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
