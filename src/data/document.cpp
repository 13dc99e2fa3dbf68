#include "data/document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/shown_input.hpp"
#include "text/decoding.hpp"

namespace carousel {

std::string shown_name(const Document& document) {
    return shown_input(document.path);
}

std::string text_of(const Document& document, const DecodingSettings& decoding, Unit unit) {
    const auto encoding = document.encoding.empty() ? decoding.encoding : document.encoding;
    DocumentReader reader(document);
    Decoder decoder({.encoding = encoding, .invalid = decoding.invalid}, shown_name(document));
    std::vector<std::byte> buffer(std::size_t{1} << 16);
    std::string text;
    while (const std::size_t size = reader.read(buffer)) {
        const auto piece = std::span<const std::byte>(buffer).first(size);
        if (unit == Unit::byte) {
            text.append(reinterpret_cast<const char*>(piece.data()), size);
        } else {
            decoder.push(piece, text);
        }
    }
    if (unit != Unit::byte) decoder.finish(text);
    return text;
}

DocumentReader::DocumentReader(const Document& document) : document_(document) {
    if (document.spool == nullptr) file_.emplace(document.path);
}

std::size_t DocumentReader::read(std::span<std::byte> buffer) {
    const auto left = document_.size - std::min(document_.size, offset_);
    buffer = buffer.first(std::min<std::uint64_t>(buffer.size(), left));
    const std::size_t size =
        file_ ? file_->read(buffer) : document_.spool->read_at(offset_, buffer);
    offset_ += size;
    if (!file_ || !document_.byte_sum) return size;
    sum_.add(buffer.first(size));
    const bool ended = size == 0;
    if (ended && sum_.value() != *document_.byte_sum) {
        throw InputError(fmt::format(
            "{}: it changed while it was read. Begin again when nothing writes it any more, or give "
            "a copy.",
            shown_name(document_)));
    }
    return size;
}

}  // namespace carousel
