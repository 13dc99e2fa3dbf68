#include "data/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "data/text_hash.hpp"
#include "text/character_counts.hpp"
#include "text/decoding.hpp"
#include "text/normalization.hpp"

// A corpus is read twice, or once with a fixed vocabulary: first every document is decoded,
// normalised and counted, then decoded again and encoded into the store. Checkpoints, one after
// each piece, let `first` and `split` find a character without reading from the beginning.

namespace carousel {

namespace {

constexpr std::size_t k_piece = std::size_t{1} << 16;  // bytes read at once
constexpr std::uint64_t k_stride = 65536;              // tokens between checkpoints, at least

using Advance = std::function<void(std::uint64_t bytes)>;

// A document whose encoding was looked for has it.
DecodingSettings decoding_of(const Document& document, const CorpusConfig& config) {
    auto decoding = config.decoding;
    if (!document.encoding.empty()) decoding.encoding = document.encoding;
    return decoding;
}

// Gives the text of a document, decoded and normalised, in pieces of whole code points (in byte
// models: its bytes).
void read_text(const Document& document, const CorpusConfig& config, const Advance& advance,
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

CharacterCounts count_characters_of(const DocumentList& documents, const CorpusConfig& config,
                                    const Advance& advance) {
    CharacterCounts counts(config.text.unit);
    for (const Document& document : documents.documents) {
        read_text(document, config, advance, [&](std::string_view text) { counts.push(text); });
        counts.finish();
    }
    return counts;
}

Vocabulary find_vocabulary(const DocumentList& documents, const CorpusConfig& config,
                           const Advance& advance) {
    const auto counts = count_characters_of(documents, config, advance);
    return config.vocabulary ? Vocabulary::merge(*config.vocabulary, counts, config.text)
                             : Vocabulary::build(counts, config.text);
}

bool is_fixed(const CorpusConfig& config) {
    return config.vocabulary && config.new_characters == NewCharacters::refuse;
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

Corpus::Corpus(const DocumentList& documents, const CorpusConfig& config) {
    require_known_encoding(config.decoding.encoding);
    const DocumentList* const others = is_fixed(config) ? nullptr : config.also_known;
    std::uint64_t total = 0, done = 0;
    for (const Document& document : documents.documents) total += document.size;
    if (!is_fixed(config)) total *= 2;
    if (others != nullptr)
        for (const Document& document : others->documents) total += document.size;
    const Advance advance = [&](std::uint64_t bytes) {
        done = std::min(done + bytes, total);  // a file may have grown
        if (config.progress) config.progress(done, total);
    };
    auto vocabulary =
        is_fixed(config) ? *config.vocabulary : find_vocabulary(documents, config, advance);
    if (others != nullptr) {
        const auto own = vocabulary.size();
        vocabulary = Vocabulary::merge(vocabulary, count_characters_of(*others, config, advance),
                                       config.text);
        symbols_of_others_ = vocabulary.size() - own;
    }
    tokenizer_ = std::make_unique<Tokenizer>(config.text, std::move(vocabulary));
    encode(documents, config, advance);
    if (characters_ < 2) {
        const auto& all = documents.documents;
        throw InputError(fmt::format(
            "{} {}. A text must have at least two characters; to train a model, some hundred "
            "thousands.",
            all.size() == 1 ? shown_name(all.front()) + " has" : "The text has",
            characters_ == 0 ? "no characters" : "a single character"));
    }
}

void Corpus::encode(const DocumentList& documents, const CorpusConfig& config,
                    const Advance& advance) {
    const bool tells = config.text.unit != Unit::grapheme || !vocabulary().has_bytes();
    ids_ = std::make_unique<IdStore>(config.scratch_folder, vocabulary().size());
    if (!tells) starts_ = std::make_unique<IdStore>(config.scratch_folder, 2);

    const Document* current = nullptr;
    TextEncoder encoder(
        *tokenizer_, [&](std::string_view character, std::uint64_t index, std::vector<TokenId>&) {
            refuse_character(*current, config, character, index);
        });
    Sha256 all;
    TextHash one;
    std::vector<TokenId> ids;
    std::vector<std::uint8_t> starts;
    for (const Document& document : documents.documents) {
        current = &document;
        const Checkpoint before{tokens_, characters_, bytes_};
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
            one.update(text);
            encoder.push(text, ids, tells ? nullptr : &starts);
            keep();
        });
        if (!has_text) continue;
        encoder.finish(ids, tells ? nullptr : &starts);
        keep();
        const Sha256Digest digest = one.finish();
        all.update(std::as_bytes(std::span(digest)));
        names_.push_back(document.path);
    }
    fingerprint_ = all.finish();
    ids_->close();
    if (starts_) starts_->close();
}

void Corpus::store(const std::vector<TokenId>& ids, const std::vector<std::uint8_t>& starts) {
    ids_->append(ids);
    if (starts_) starts_->append(std::vector<TokenId>(starts.begin(), starts.end()));
    tokens_ += ids.size();
}

// What is encoded after a piece is whole characters, so it can be a checkpoint.
void Corpus::count_encoded(const TextEncoder& encoder, const Checkpoint& at_document) {
    characters_ = at_document.characters + encoder.characters();
    bytes_ = at_document.bytes + encoder.bytes();
    if (tokens_ - checkpoints_.back().tokens >= k_stride) {
        checkpoints_.push_back({tokens_, characters_, bytes_});
    }
}

CorpusPart Corpus::first(std::uint64_t count) const {
    if (count > characters_) throw std::logic_error("more characters asked for than there are");
    CorpusPart part;
    if (count == 0) return part;
    // From the last checkpoint with fewer characters on, look at each token.
    const auto after = std::partition_point(
        checkpoints_.begin(), checkpoints_.end(),
        [&](const Checkpoint& checkpoint) { return checkpoint.characters < count; });
    const Checkpoint& from = *(after - 1);
    part = {0, from.tokens, from.characters, from.bytes};
    std::vector<TokenId> ids;
    for (std::size_t i = 0; part.end < tokens_; ++i, ++part.end) {
        if (i == ids.size()) {
            ids.resize(std::min<std::uint64_t>(k_stride, tokens_ - part.end));
            copy(part.end, ids);
            i = 0;
        }
        const bool starts = starts_character(part.end);
        const bool separates = ids[i] == Vocabulary::k_separator;
        if (part.characters == count && (starts || separates)) break;
        if (starts) ++part.characters;
        part.bytes += vocabulary().symbol(ids[i]).text.size();
    }
    return part;
}

Corpus::Split Corpus::split(double validation_fraction) const {
    if (!(validation_fraction >= 0) || !(validation_fraction < 1)) {
        throw std::logic_error("validation fraction outside [0, 1)");
    }
    // In units of 10^-9, so that nine tenths of ten are nine and not 8.999...
    constexpr std::uint64_t unit = 1'000'000'000;
    const auto kept = unit - static_cast<std::uint64_t>(std::llround(validation_fraction * unit));
    const std::uint64_t count = characters_ / unit * kept + characters_ % unit * kept / unit;
    const CorpusPart training = first(count);
    return {training,
            {training.end, tokens_, characters_ - training.characters, bytes_ - training.bytes}};
}

TokenId Corpus::at(std::uint64_t index) const {
    return ids_->at(index);
}

void Corpus::copy(std::uint64_t begin, std::span<TokenId> out) const {
    ids_->copy(begin, out);
}

bool Corpus::starts_character(std::uint64_t index) const {
    if (starts_) return starts_->at(index) == 1;
    return *tokenizer_->starts_character(at(index));
}

}  // namespace carousel
