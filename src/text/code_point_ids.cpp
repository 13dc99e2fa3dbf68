#include "text/code_point_ids.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "text/utf8.hpp"

namespace carousel {

CodePointIds::CodePointIds(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
    for (char32_t c = 0; c < 0x80; ++c) ascii_ids_[c] = vocabulary.code_point_id(c);
}

bool CodePointIds::all_known() const {
    TokenId all = 0;
    for (const TokenId id : ids()) all |= id;
    return all < Vocabulary::k_largest;
}

void CodePointIds::look_up_eight(const char* bytes, TokenId* ids) const {
    const std::uint64_t eight = eight_bytes(bytes);
    for (std::size_t k = 0; k < 8; ++k) ids[k] = ascii_ids_[eight >> 8 * k & 0xFF];
}

// Between a few others the runs of ASCII are looked up so many bytes at a time, and as many of
// the ids taken as are right: hardly a jump then depends on what stands there.
std::size_t CodePointIds::add_runs(const char* block, std::size_t at, std::size_t end,
                                   TokenId*& out) const {
    const auto add_run = [&](std::size_t run_end) {
        for (std::size_t i = at; i < run_end; i += k_run) {
            look_up_eight(block + i, out + (i - at));
            look_up_eight(block + i + 8, out + (i - at) + 8);
        }
        out += run_end - at;
    };
    for_each_bit(bytes_from(block, 0xC0), [&](std::size_t begin) {
        if (at < begin) add_run(begin);
        const auto [code_point, length] = sequence_at(block + begin);
        *out++ = vocabulary_.code_point_id(code_point);
        at = begin + length;
    });
    if (at >= end) return at;
    add_run(end);
    return end;
}

std::size_t CodePointIds::add_characters(const char* block, std::size_t at, std::size_t end,
                                         TokenId*& out) const {
    while (at < end) {
        const auto byte = static_cast<unsigned char>(block[at]);
        if (byte < 0x80) {
            *out++ = ascii_ids_[byte];
            ++at;
            continue;
        }
        *out++ = vocabulary_.code_point_id(code_point_at(block + at));
        at += utf8_length(block[at]);
    }
    return at;
}

std::size_t CodePointIds::take_front(std::string_view text) {
    TokenId* out = ids_.data();
    std::size_t next = 0;  // where a character begins
    look_at_blocks(text, [&](std::size_t from, const char* block) {
        const std::size_t end = std::min<std::size_t>(64, text.size() - from);
        // Where one script has most of the letters, one is as long as the next, and a processor
        // foresees the jumps; a few among ASCII are better looked for.
        constexpr int k_few = 44;
        const std::uint64_t others = bytes_from(block, 0x80);
        next = from + (others == 0 || std::popcount(others) <= k_few
                           ? add_runs(block, next - from, end, out)
                           : add_characters(block, next - from, end, out));
        return out < ids_.data() + k_many;
    });
    size_ = static_cast<std::size_t>(out - ids_.data());
    return next;
}

}  // namespace carousel
