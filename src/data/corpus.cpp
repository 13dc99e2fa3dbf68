#include "data/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "data/reading_processes.hpp"
#include "text/character_counts.hpp"
#include "text/decoding.hpp"

// A corpus is read twice, or once with a fixed vocabulary: first every document is decoded,
// normalised and counted, then decoded again and encoded (data/encoded_documents.cpp), by one
// process or by several, each its own documents. Checkpoints, one after each piece, let `first` and
// `split` find a character without reading from the beginning.

namespace carousel {

namespace {

// Those of process 0 stand in front.
std::span<const Document> own_documents(const std::vector<Document>& documents) {
    const auto others = std::ranges::find_if(
        documents, [](const Document& document) { return document.process > 0; });
    return {documents.begin(), others};
}

}  // namespace

Corpus::Corpus(const DocumentList& documents, const CorpusConfig& config) {
    require_known_encoding(config.decoding.encoding);
    const auto& all = documents.documents;
    const auto own = own_documents(all);
    if (own.size() < all.size()) {
        if (config.processes == nullptr) throw std::logic_error("documents of other processes");
        others_ = config.processes;
    }
    const bool counts = !is_fixed(config);
    std::uint64_t total = 0, done = 0;
    for (const Document& document : own) total += document.size;
    if (counts) total *= 2;
    if (counts && config.also_known != nullptr)
        for (const Document& document : config.also_known->documents) total += document.size;
    const AdvanceReading advance = [&](std::uint64_t bytes) {
        done = std::min(done + bytes, total);  // a file may have grown
        if (config.progress) config.progress(done, total);
    };
    find_symbols(own, config, advance);
    encode(documents, own, config, advance);
    if (characters() < 2) {
        throw InputError(fmt::format(
            "{} {}. A text must have at least two characters; to train a model, some hundred "
            "thousands.",
            all.size() == 1 ? shown_name(all.front()) + " has" : "The text has",
            characters() == 0 ? "no characters" : "a single character"));
    }
}

CharacterCounts Corpus::count(std::span<const Document> own, const CorpusConfig& config,
                              const AdvanceReading& advance) const {
    CharacterCounts counts(config.text.unit);
    const auto count_own = [&] { count_characters(own, config, advance, counts); };
    others_ != nullptr ? others_->count(config, count_own, counts) : count_own();
    return counts;
}

void Corpus::find_symbols(std::span<const Document> own, const CorpusConfig& config,
                          const AdvanceReading& advance) {
    if (is_fixed(config)) {
        tokenizer_ = std::make_unique<Tokenizer>(config.text, *config.vocabulary);
        return;
    }
    const auto counts = count(own, config, advance);
    auto vocabulary = config.vocabulary ? Vocabulary::merge(*config.vocabulary, counts, config.text)
                                        : Vocabulary::build(counts, config.text);
    if (config.also_known != nullptr) {
        const auto before = vocabulary.size();
        CharacterCounts also(config.text.unit);
        count_characters(config.also_known->documents, config, advance, also);
        vocabulary = Vocabulary::merge(vocabulary, also, config.text);
        symbols_of_others_ = vocabulary.size() - before;
    }
    tokenizer_ = std::make_unique<Tokenizer>(config.text, std::move(vocabulary));
}

void Corpus::encode(const DocumentList& documents, std::span<const Document> own,
                    const CorpusConfig& config, const AdvanceReading& advance) {
    const auto encode_own = [&] {
        own_ = std::make_unique<EncodedDocuments>(own, *tokenizer_, config, advance);
    };
    std::vector<ReadingProcesses::Encoded> others;
    if (others_ != nullptr) {
        others = others_->encode(config, vocabulary(), encode_own);
    } else {
        encode_own();
    }

    Sha256 texts;
    auto first = documents.documents.begin();
    const auto add = [&](int process, const auto& with_text, const auto& checkpoints,
                         const TextMeasure& whole) {
        first = std::find_if(first, documents.documents.end(),
                             [&](const Document& document) { return document.process >= process; });
        for (const auto& [document, digest] : with_text) {
            texts.update(std::as_bytes(std::span(digest)));
            names_.push_back((first + static_cast<std::ptrdiff_t>(document))->path);
        }
        for (const auto& checkpoint : checkpoints) checkpoints_.push_back(whole_ + checkpoint);
        whole_ = whole_ + whole;
        ends_.push_back(whole_.tokens);
    };
    add(0, own_->with_text(), own_->checkpoints(), own_->whole());
    for (int process = 1; const auto& other : others)
        add(process++, other.with_text, other.checkpoints, other.whole);
    fingerprint_ = texts.finish();
}

CorpusPart Corpus::first(std::uint64_t count) const {
    if (count > characters()) throw std::logic_error("more characters asked for than there are");
    CorpusPart part;
    if (count == 0) return part;
    // From the last checkpoint with fewer characters on, look at each token.
    const auto after = std::partition_point(
        checkpoints_.begin(), checkpoints_.end(),
        [&](const TextMeasure& checkpoint) { return checkpoint.characters < count; });
    const TextMeasure& from = *(after - 1);
    part = {0, from.tokens, from.characters, from.bytes};
    std::vector<TokenId> ids;
    for (std::size_t i = 0; part.end < tokens(); ++i, ++part.end) {
        if (i == ids.size()) {
            ids.resize(std::min<std::uint64_t>(EncodedDocuments::k_stride, tokens() - part.end));
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
    const std::uint64_t count = characters() / unit * kept + characters() % unit * kept / unit;
    const CorpusPart training = first(count);
    return {training,
            {training.end, tokens(), characters() - training.characters, bytes() - training.bytes}};
}

TokenId Corpus::at(std::uint64_t index) const {
    TokenId id = 0;
    copy(index, {&id, 1});
    return id;
}

void Corpus::copy(std::uint64_t begin, std::span<TokenId> out) const {
    copy_row(EncodedRow::ids, begin, out);
}

void Corpus::copy_row(EncodedRow row, std::uint64_t begin, std::span<TokenId> out) const {
    if (others_ == nullptr) return own_->copy(row, begin, out);
    if (begin > tokens() || out.size() > tokens() - begin)
        throw std::logic_error("ids read that are not there");
    std::uint64_t from = 0;  // of the process
    for (std::size_t process = 0; !out.empty(); from = ends_[process++]) {
        if (begin >= ends_[process]) continue;
        const auto some = out.first(std::min<std::uint64_t>(out.size(), ends_[process] - begin));
        if (process == 0) {
            own_->copy(row, begin, some);
        } else {
            others_->copy(static_cast<int>(process), row, begin - from, some);
        }
        begin += some.size();
        out = out.subspan(some.size());
    }
}

bool Corpus::starts_character(std::uint64_t index) const {
    if (ids_tell_starts(*tokenizer_)) return *tokenizer_->starts_character(at(index));
    TokenId starts = 0;
    copy_row(EncodedRow::starts, index, {&starts, 1});
    return starts == 1;
}

Repertoire Corpus::repertoire(std::uint64_t begin, std::uint64_t end) const {
    std::vector<ReadingProcesses::Range> ranges;  // of each process
    for (std::uint64_t from = 0; const auto to : ends_) {
        ranges.emplace_back(std::clamp(begin, from, to) - from, std::clamp(end, from, to) - from);
        from = to;
    }
    Repertoire own;
    const auto find_own = [&] { own = own_->repertoire(ranges[0].first, ranges[0].second); };
    if (others_ == nullptr) {
        find_own();
        return own;
    }
    const auto others = others_->repertoires(std::span(ranges).subspan(1), find_own);
    RepertoireFinder all(vocabulary());
    all.add(own, vocabulary().size());
    for (const auto& other : others) all.add(other, vocabulary().size());
    return all.found();
}

}  // namespace carousel
