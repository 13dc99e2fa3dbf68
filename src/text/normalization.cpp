#include "text/normalization.hpp"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

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

}  // namespace

struct Normalizer::Form {
    const icu::Normalizer2* normalizer;
    // Text whose bytes are all below this is in the form already, and nothing in it combines: below
    // U+0300 for NFC, ASCII for the others.
    unsigned char first_special_byte;
    bool canonical_composition;

    bool leaves_alone(std::string_view text) const;
};

/// Whether a text is certain to be in the form already, by its bytes alone: besides what
/// `first_special_byte` tells, U+4000 to U+9FFF (ideographs), and for NFC also U+3000 to U+3029 and
/// U+FF00 to U+FF7F (their punctuation). Unicode's stability policy keeps these as they are.
bool Normalizer::Form::leaves_alone(std::string_view text) const {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < first_special_byte) {
            ++i;
            continue;
        }
        if (byte < 0xE4 || byte > 0xE9) {
            if (!canonical_composition || i + 2 >= text.size()) return false;
            const auto second = static_cast<unsigned char>(text[i + 1]);
            const auto third = static_cast<unsigned char>(text[i + 2]);
            const bool ideographic = byte == 0xE3 && second == 0x80 && third <= 0xA9;
            const bool fullwidth = byte == 0xEF && (second == 0xBC || second == 0xBD);
            if (!ideographic && !fullwidth) return false;
        }
        i += 3;
    }
    return true;
}

Normalizer::Normalizer(const TextSettings& settings)
    : fold_newlines_(settings.newlines == Newlines::lf) {
    const icu::Normalizer2* normalizer = normalizer_for(settings.normalization);
    if (normalizer == nullptr) return;
    const bool nfc = settings.normalization == Normalization::nfc;
    form_ = std::make_unique<Form>(
        Form{normalizer, static_cast<unsigned char>(nfc ? 0xCC : 0x80), nfc});
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
