#include "text/normalization.hpp"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

#include "text/utf8.hpp"

// First which text is in its form already, which is most of it and is only copied; then how text
// that comes in pieces is cut where no code point reacts with what follows.

namespace carousel {

namespace {

// The most text that is normalised at once, and so the longest run that is not cut. ICU sorts marks
// in quadratic time, and short blocks let those that need no work pass.
constexpr std::size_t k_block = 1024;

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

// What a form leaves as it is, wherever it stands: code points whose quick check says yes and that
// are no combining marks. Text of nothing else is in the form (UAX #15, section 9). Above U+FFFF
// ICU is asked.
class Unchanged {
public:
    explicit Unchanged(UProperty quick_check) {
        for (UChar32 c = 0; c < 0x10000; ++c) {
            const bool unchanged =
                u_getIntPropertyValue(c, quick_check) == UNORM_YES && u_getCombiningClass(c) == 0;
            if (unchanged) sixty_fours_[static_cast<std::size_t>(c) / 64] |= bit(c % 64);
        }
    }

    /// Range: whole code points.
    bool contain(std::string_view text) const {
        std::uint64_t all = 1;
        for_each_sequence(text, [&](std::size_t at) {
            const auto byte = [&](std::size_t i) {
                return std::size_t{static_cast<unsigned char>(text[at + i])};
            };
            // The last byte of a sequence counts in a group of 64, those before it say which.
            const std::size_t three = byte(0) >= 0xE0 ? 1 : 0;
            const std::size_t of_three = (byte(0) & 0xF) << 6 | (byte(1) & 0x3F);
            const std::size_t group = three != 0 ? of_three : byte(0) & 0x1F;
            all &= (sixty_fours_[group] >> (byte(1 + three) & 0x3F)) & (byte(0) < 0xF0 ? 1U : 0U);
        });
        return all != 0;
    }

private:
    static std::uint64_t bit(UChar32 place) { return std::uint64_t{1} << place; }

    std::array<std::uint64_t, 0x10000 / 64> sixty_fours_{};
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
    // Text of bytes below this is in the form already: U+0300 for NFC, else ASCII.
    unsigned char first_special_byte;
    UnchangedOnes unchanged;

    bool leaves_alone(std::string_view text) const {
        unsigned char largest = 0;
        for (const char byte : text) largest = std::max(largest, static_cast<unsigned char>(byte));
        return largest < first_special_byte || unchanged().contain(text);
    }
};

Normalizer::Normalizer(const TextSettings& settings)
    : fold_newlines_(settings.newlines == Newlines::lf) {
    const icu::Normalizer2* normalizer = normalizer_for(settings.normalization);
    if (normalizer == nullptr) return;
    const bool nfc = settings.normalization == Normalization::nfc;
    form_ = std::make_unique<Form>(Form{normalizer, static_cast<unsigned char>(nfc ? 0xCC : 0x80),
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
        // As many whole code points as the block has room for.
        std::size_t room = k_block - pending_.size();
        if (room >= text.size()) {
            room = text.size();
        } else {
            while (room > 0 && is_continuation(text[room])) --room;
        }
        if (room == 0) {  // no place to cut in a whole block: cut here
            emit(pending_.size(), out);
            continue;
        }
        pending_.append(text.substr(0, room));
        text.remove_prefix(room);
        std::size_t cut = pending_.size();
        do {
            do --cut;
            while (is_continuation(pending_[cut]));
        } while (cut > 0 && !form_->normalizer->hasBoundaryBefore(
                                static_cast<UChar32>(code_point_at(pending_, cut))));
        emit(cut, out);
    }
}

// Normalises the first `size` bytes of what is pending.
void Normalizer::emit(std::size_t size, std::string& out) {
    if (size == 0) return;
    const std::string_view text = std::string_view(pending_).substr(0, size);
    if (form_->leaves_alone(text)) {
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
