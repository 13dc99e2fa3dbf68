#include "text/normalization.hpp"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <stdexcept>

#include "text/utf8.hpp"

// First which text is in its form already, which is most of it and is only copied; then how the
// rest, which comes in pieces, is cut where no code point reacts with what follows.

namespace carousel {

namespace {

// The most text that is normalised at once, and so the longest run that is not cut. ICU sorts marks
// in quadratic time, and short blocks let those that need no work pass.
constexpr std::size_t k_block = 1024;

// Text is looked at for so many bytes that need no work, else so many go through the normaliser.
constexpr std::size_t k_long_front = 64, k_stretch = 128;

const icu::Normalizer2* normalizer_for(Normalization normalization) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* normalizer = nullptr;
    switch (normalization) {
        case Normalization::none:
            break;
        case Normalization::nfc:
            normalizer = icu::Normalizer2::getNFCInstance(status);
            break;
        case Normalization::nfd:
            normalizer = icu::Normalizer2::getNFDInstance(status);
            break;
        case Normalization::nfkc:
            normalizer = icu::Normalizer2::getNFKCInstance(status);
            break;
        case Normalization::nfkd:
            normalizer = icu::Normalizer2::getNFKDInstance(status);
            break;
    }
    if (U_FAILURE(status)) {
        throw std::runtime_error(fmt::format("ICU cannot normalise: {}", u_errorName(status)));
    }
    return normalizer;
}

// What a form leaves as it is, wherever it stands, and what never reacts with what stands before
// it: code points below U+10000 whose quick check says yes and that are no combining marks (UAX
// #15, section 9).
class Unchanged {
public:
    explicit Unchanged(UProperty quick_check) {
        for (UChar32 c = 0; c < 0x10000; ++c) {
            const bool unchanged =
                u_getIntPropertyValue(c, quick_check) == UNORM_YES && u_getCombiningClass(c) == 0;
            if (unchanged) sixty_fours_[static_cast<std::size_t>(c) / 64] |= bit(c % 64);
        }
        find_plain();
    }

    /// Whether the code point that begins at `bytes` is one. Range: two or three bytes.
    bool contain(const char* bytes) const {
        const auto byte = [&](int i) { return std::size_t{static_cast<unsigned char>(bytes[i])}; };
        // The last byte of a sequence counts in a group of 64, those before it say which.
        const bool three = byte(0) >= 0xE0;
        const std::size_t of_three = (byte(0) & 0xF) << 6 | (byte(1) & 0x3F);
        const std::size_t group = three ? of_three : byte(0) & 0x1F;
        return (sixty_fours_[group] >> (byte(three ? 2 : 1) & 0x3F) & 1) != 0;
    }

    /// Of 64 bytes, those that begin three of which it is known already.
    std::uint64_t plain_starts(const char* bytes) const {
        return bytes_from(bytes, plain_begin_) & ~bytes_from(bytes, plain_end_);
    }

private:
    static std::uint64_t bit(UChar32 place) { return std::uint64_t{1} << place; }

    // The first bytes, a range, that begin nothing else: those of nearly all Chinese characters.
    void find_plain() {
        unsigned begin = 0xE1;
        for (unsigned lead = 0xE1; lead <= 0xF0; ++lead) {
            const auto first = sixty_fours_.begin() + ((lead & 0xF) << 6);
            if (lead < 0xF0 && std::all_of(first, first + 64, [](auto g) { return ~g == 0; }))
                continue;
            if (lead - begin > unsigned{plain_end_} - plain_begin_) {
                plain_begin_ = static_cast<unsigned char>(begin);
                plain_end_ = static_cast<unsigned char>(lead);
            }
            begin = lead + 1;
        }
    }

    std::array<std::uint64_t, 0x10000 / 64> sixty_fours_{};
    unsigned char plain_begin_ = 0xE1, plain_end_ = 0xE1;
};

template <UProperty quick_check>
const Unchanged& unchanged() {
    static const Unchanged code_points(quick_check);
    return code_points;
}

// Made when they are first needed, which for most texts is never.
using UnchangedOnes = const Unchanged& (*)();

UnchangedOnes unchanged_by(Normalization normalization) {
    switch (normalization) {
        case Normalization::nfd:
            return unchanged<UCHAR_NFD_QUICK_CHECK>;
        case Normalization::nfkc:
            return unchanged<UCHAR_NFKC_QUICK_CHECK>;
        case Normalization::nfkd:
            return unchanged<UCHAR_NFKD_QUICK_CHECK>;
        default:
            return unchanged<UCHAR_NFC_QUICK_CHECK>;
    }
}

}  // namespace

struct Normalizer::Form {
    const icu::Normalizer2* normalizer;
    unsigned char first_special_byte;  // code points that begin with a lesser one are unchanged
    UnchangedOnes make_unchanged;
    const Unchanged* unchanged = nullptr;  // below U+10000; above ICU is asked

    /// Bytes of the unchanged code points at the front. Range: whole code points.
    std::size_t unchanged_front(std::string_view text) {
        std::size_t front = text.size();
        look_at_blocks(text, [&](std::size_t from, const char* bytes) {
            std::uint64_t starts = bytes_from(bytes, first_special_byte);
            if (starts == 0) return true;
            if (unchanged == nullptr) unchanged = &make_unchanged();
            starts &= ~unchanged->plain_starts(bytes);
            bool all = true;
            for_each_bit(starts, [&](std::size_t at) { all &= is_unchanged(bytes + at); });
            if (all) return true;
            while (is_unchanged(bytes + std::countr_zero(starts))) starts &= starts - 1;
            front = from + static_cast<std::size_t>(std::countr_zero(starts));
            return false;
        });
        return front;
    }

private:
    bool is_unchanged(const char* bytes) const {
        if (static_cast<unsigned char>(*bytes) < 0xF0) return unchanged->contain(bytes);
        return normalizer->isInert(static_cast<UChar32>(sequence_at(bytes).code_point)) != 0;
    }
};

Normalizer::Normalizer(const TextSettings& settings)
    : fold_newlines_(settings.newlines == Newlines::lf) {
    const icu::Normalizer2* normalizer = normalizer_for(settings.normalization);
    if (normalizer == nullptr) return;
    const bool nfc = settings.normalization == Normalization::nfc;
    // NFC leaves all below U+0300 alone, the others ASCII.
    form_ = std::make_unique<Form>(Form{normalizer, static_cast<unsigned char>(nfc ? 0xCC : 0xC0),
                                        unchanged_by(settings.normalization)});
}
Normalizer::~Normalizer() = default;
Normalizer::Normalizer(Normalizer&&) noexcept = default;
Normalizer& Normalizer::operator=(Normalizer&&) noexcept = default;

void Normalizer::push(std::string_view text, std::string& out) {
    if (!fold_newlines_) return add(text, out);
    while (!text.empty()) {
        if (after_return_ && text.front() == '\n') text.remove_prefix(1);
        after_return_ = false;
        const std::size_t end = text.find('\r');
        add(text.substr(0, end), out);
        if (end == std::string_view::npos) break;
        add("\n", out);
        after_return_ = true;
        text.remove_prefix(end + 1);
    }
}

void Normalizer::finish(std::string& out) {
    emit(pending_.size(), out);
    after_return_ = false;
}

void Normalizer::add(std::string_view text, std::string& out) {
    if (!form_) {
        out.append(text);
        return;
    }
    while (!text.empty()) {
        std::size_t size = form_->unchanged_front(text);
        if (size == text.size() || size >= k_long_front) {
            add_unchanged(text.substr(0, size), out);
        } else {
            size = code_point_edge(text, k_stretch);
            add_others(text.substr(0, size), out);
        }
        text.remove_prefix(size);
    }
}

// What stands before does not react with the first of them, but what follows may with the last.
void Normalizer::add_unchanged(std::string_view text, std::string& out) {
    emit(pending_.size(), out);
    const std::size_t last = code_point_edge(text, text.size() - 1);
    out.append(text.substr(0, last));
    pending_ = text.substr(last);
}

void Normalizer::add_others(std::string_view text, std::string& out) {
    while (!text.empty()) {
        // As many whole code points as the block has room for.
        const std::size_t room = code_point_edge(text, k_block - pending_.size());
        if (room == 0) {  // no place to cut in a whole block: cut here
            emit(pending_.size(), out);
            continue;
        }
        pending_.append(text.substr(0, room));
        text.remove_prefix(room);
        std::size_t cut = pending_.size();
        do {
            cut = code_point_edge(pending_, cut - 1);
        } while (cut > 0 && !form_->normalizer->hasBoundaryBefore(
                                static_cast<UChar32>(code_point_at(pending_, cut))));
        emit(cut, out);
    }
}

// Normalises the first `size` bytes of what is pending.
void Normalizer::emit(std::size_t size, std::string& out) {
    if (size == 0) return;
    const std::string_view text = std::string_view(pending_).substr(0, size);
    if (form_->unchanged_front(text) == size) {
        out.append(text);
    } else {
        UErrorCode status = U_ZERO_ERROR;
        icu::StringByteSink<std::string> sink(&out);
        form_->normalizer->normalizeUTF8(
            0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr,
            status);
        if (U_FAILURE(status)) {
            throw std::runtime_error(fmt::format("ICU cannot normalise: {}", u_errorName(status)));
        }
    }
    pending_.erase(0, size);
}

std::string normalize(std::string_view text, const TextSettings& settings) {
    std::string out;
    out.reserve(text.size());
    Normalizer normalizer(settings);
    normalizer.push(text, out);
    normalizer.finish(out);
    return out;
}

}  // namespace carousel
