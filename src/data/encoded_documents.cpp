#include "data/encoded_documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "data/text_hash.hpp"
#include "text/decoding.hpp"
#include "text/normalization.hpp"

// First how a document is read: decoded and normalised, in pieces, for both passes. Then the first
// pass, which counts, and the second, which encodes.

namespace carousel {

namespace {

constexpr std::size_t k_piece = std::size_t{1} << 16;  // bytes read at once

// A document whose encoding was looked for has it.
DecodingSettings decoding_of(const Document& document, const CorpusConfig& config) {
    auto decoding = config.decoding;
    if (!document.encoding.empty()) decoding.encoding = document.encoding;
    return decoding;
}

// Gives the text of a document, decoded and normalised, in pieces of whole code points (in byte
// models: its bytes).
void read_text(const Document& document, const CorpusConfig& config, const AdvanceReading& advance,
               const std::function<void(std::string_view)>& use) {
    DocumentReader reader(document);
    Decoder decoder(decoding_of(document, config), shown_name(document));
    Normalizer normalizer(config.text);
    const bool raw = config.text.unit == Unit::byte;
    std::vector<std::byte> bytes(k_piece);
    std::string decoded, text;
    for (bool more = true; more;) {
        const std::size_t size = reader.read(bytes);
        more = size > 0;
        const auto piece = std::span<const std::byte>(bytes).first(size);
        decoded.clear();
        text.clear();
        if (raw) {
            text.assign(reinterpret_cast<const char*>(piece.data()), piece.size());
        } else {
            more ? decoder.push(piece, decoded) : decoder.finish(decoded);
            normalizer.push(decoded, text);
            if (!more) normalizer.finish(text);
        }
        if (!text.empty()) use(text);
        advance(size);
    }
}

[[noreturn]] void refuse_character(const Document& document, const CorpusConfig& config,
                                   std::string_view character, std::uint64_t index) {
    const std::string which = describe_character(character, config.text.unit);
    const std::string name = shown_name(document);
    if (!is_fixed(config)) {
        throw InputError(fmt::format(
            "{}: the {} is new: the file changed while it was read. Try again.", name, which));
    }
    const std::string encoding = decoding_of(document, config).encoding;
    throw InputError(fmt::format(
        "{}: the model does not know the {} at position {} of the text (in characters from 0{}). "
        "Take it out of the file; or train a model that knows it: a new one, or this one further "
        "with train --from. A model trained with --min-count 2 or more knows every text.",
        name, which, index,
        encoding.empty() || encoding == "UTF-8"
            ? ""
            : fmt::format("; it was read as {}, see --encoding", encoding)));
}

}  // namespace

void count_characters(std::span<const Document> documents, const CorpusConfig& config,
                      const AdvanceReading& advance, CharacterCounts& counts) {
    for (const Document& document : documents) {
        read_text(document, config, advance, [&](std::string_view text) { counts.push(text); });
        counts.finish();
    }
}

bool ids_tell_starts(const Tokenizer& tokenizer) {
    return tokenizer.settings().unit != Unit::grapheme || !tokenizer.vocabulary().has_bytes();
}

EncodedDocuments::EncodedDocuments(std::span<const Document> documents, const Tokenizer& tokenizer,
                                   const CorpusConfig& config, const AdvanceReading& advance)
    : vocabulary_(&tokenizer.vocabulary()), ids_(config.scratch_folder, vocabulary_->size()) {
    const bool tells = ids_tell_starts(tokenizer);
    if (!tells) starts_.emplace(config.scratch_folder, 2);

    const Document* current = nullptr;
    TextEncoder encoder(
        tokenizer, [&](std::string_view character, std::uint64_t index, std::vector<TokenId>&) {
            refuse_character(*current, config, character, index);
        });
    TextHash hash;
    std::vector<TokenId> ids;
    std::vector<std::uint8_t> starts;
    for (const Document& document : documents) {
        current = &document;
        const TextMeasure before = whole_;
        bool has_text = false;
        const auto keep = [&] {
            store(ids, starts);
            ids.clear();
            starts.clear();
            count_encoded(encoder, before);
        };
        read_text(document, config, advance, [&](std::string_view text) {
            if (!std::exchange(has_text, true)) {
                ids.push_back(Vocabulary::k_separator);
                starts.push_back(0);
            }
            hash.update(text);
            encoder.push(text, ids, tells ? nullptr : &starts);
            keep();
        });
        if (!has_text) continue;
        encoder.finish(ids, tells ? nullptr : &starts);
        keep();
        with_text_.push_back(
            {static_cast<std::uint64_t>(&document - documents.data()), hash.finish()});
    }
    ids_.close();
    if (starts_) starts_->close();
}

void EncodedDocuments::store(const std::vector<TokenId>& ids,
                             const std::vector<std::uint8_t>& starts) {
    ids_.append(ids);
    if (starts_) starts_->append(std::vector<TokenId>(starts.begin(), starts.end()));
    whole_.tokens += ids.size();
}

// What is encoded after a piece is whole characters, so it can be a checkpoint.
void EncodedDocuments::count_encoded(const TextEncoder& encoder, const TextMeasure& at_document) {
    whole_.characters = at_document.characters + encoder.characters();
    whole_.bytes = at_document.bytes + encoder.bytes();
    const auto last = checkpoints_.empty() ? 0 : checkpoints_.back().tokens;
    if (whole_.tokens - last >= k_stride) checkpoints_.push_back(whole_);
}

void EncodedDocuments::copy(EncodedRow row, std::uint64_t begin, std::span<TokenId> out) const {
    (row == EncodedRow::ids ? ids_ : starts_.value()).copy(begin, out);
}

Repertoire EncodedDocuments::repertoire(std::uint64_t begin, std::uint64_t end) const {
    RepertoireFinder finder(*vocabulary_);
    std::vector<TokenId> ids;
    for (auto at = begin; at < end; at += ids.size()) {
        ids.resize(std::min(k_stride, end - at));
        copy(EncodedRow::ids, at, ids);
        finder.push(ids);
    }
    return finder.found();
}

}  // namespace carousel
