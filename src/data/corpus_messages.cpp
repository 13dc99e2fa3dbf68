#include "data/corpus_messages.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace carousel {

namespace {

void put_or_none(MessageWriter& message, const std::optional<std::uint64_t>& value) {
    message.put(value.has_value());
    message.put(value.value_or(0));
}

void put_decoding(MessageWriter& message, const DecodingSettings& decoding) {
    message.put(decoding.encoding);
    message.put(decoding.invalid);
}

DecodingSettings get_decoding(MessageReader& message) {
    DecodingSettings decoding;
    decoding.encoding = message.get_text();
    decoding.invalid = message.get<InvalidInput>();
    return decoding;
}

}  // namespace

SeenFile seen_file(const FileToLookAt& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file.path, error);
    if (error) return {.file = file};
    const auto changed = std::filesystem::last_write_time(file.path, error);
    if (error) return {.file = file};
    return {.file = file,
            .size = size,
            .changed = static_cast<std::int64_t>(changed.time_since_epoch().count())};
}

void put_message(MessageWriter& message, const SeenFile& file) {
    message.put(file.file.path);
    message.put(file.file.named);
    message.put(file.size);
    message.put(file.changed);
}

SeenFile get_seen_file(MessageReader& message) {
    SeenFile file;
    file.file.path = message.get_text();
    file.file.named = message.get<Named>();
    file.size = message.get<std::uint64_t>();
    file.changed = message.get<std::int64_t>();
    return file;
}

void put_message(MessageWriter& message, const FindSettings& settings) {
    message.put(settings.scratch_folder.native());
    put_decoding(message, settings.decoding);
    message.put(settings.raw);
    message.put(settings.named_everywhere);
}

FindSettings get_find_settings(MessageReader& message) {
    FindSettings settings;
    settings.scratch_folder = message.get_text();
    settings.decoding = get_decoding(message);
    settings.raw = message.get<bool>();
    settings.named_everywhere = message.get<bool>();
    return settings;
}

void put_message(MessageWriter& message, const LookedAt& looked) {
    message.put(looked.skipped.has_value());
    if (looked.skipped) {
        message.put(looked.skipped->kind);
        message.put(looked.skipped->why);
        return;
    }
    const auto& found = looked.found;
    message.put(found.document.size);
    message.put(found.document.encoding);
    put_or_none(message, found.document.byte_sum);
    message.put(found.encoding.has_value());
    message.put(found.encoding.value_or(EncodingSource::unknown));
    message.put(found.read_as);
    message.put(found.garbled);
    message.put(found.garbled_example);
}

LookedAt get_looked_at(MessageReader& message) {
    LookedAt looked;
    if (message.get<bool>()) {
        looked.skipped.emplace();
        looked.skipped->kind = message.get_text();
        looked.skipped->why = message.get_text();
        return looked;
    }
    auto& found = looked.found;
    found.document.size = message.get<std::uint64_t>();
    found.document.encoding = message.get_text();
    const bool summed = message.get<bool>();
    const auto sum = message.get<std::uint64_t>();
    if (summed) found.document.byte_sum = sum;
    const bool looked_for = message.get<bool>();
    const auto source = message.get<EncodingSource>();
    if (looked_for) found.encoding = source;
    found.read_as = message.get_text();
    found.garbled = message.get<std::uint64_t>();
    found.garbled_example = message.get_text();
    return looked;
}

void put_message(MessageWriter& message, const CorpusConfig& config) {
    message.put(config.text);
    put_decoding(message, config.decoding);
    message.put(config.scratch_folder.native());
    message.put(is_fixed(config));
    if (is_fixed(config)) put_message(message, *config.vocabulary);
}

CorpusConfig get_corpus_config(MessageReader& message) {
    CorpusConfig config;
    config.text = message.get<TextSettings>();
    config.decoding = get_decoding(message);
    config.scratch_folder = message.get_text();
    if (message.get<bool>()) config.vocabulary = get_vocabulary(message);
    return config;
}

void put_message(MessageWriter& message, const CharacterCounts& counts) {
    const auto all = counts.sorted();
    message.put(std::uint64_t{all.size()});
    for (const auto& [character, count] : all) {
        message.put(character);
        message.put(count);
    }
}

void add_counts(MessageReader& message, CharacterCounts& counts) {
    for (auto left = message.get<std::uint64_t>(); left > 0; --left) {
        const auto character = message.get_text();
        counts.add(character, message.get<std::uint64_t>());
    }
}

void put_message(MessageWriter& message, const Vocabulary& vocabulary) {
    message.put(std::uint64_t{vocabulary.size()});
    for (const auto& symbol : vocabulary.symbols()) {
        message.put(symbol.kind);
        message.put(symbol.text);
    }
}

Vocabulary get_vocabulary(MessageReader& message) {
    std::vector<Symbol> symbols;
    for (auto left = message.get<std::uint64_t>(); left > 0; --left) {
        const auto kind = message.get<SymbolKind>();
        symbols.push_back({kind, message.get_text()});
    }
    return Vocabulary(std::move(symbols));
}

void put_message(MessageWriter& message, const Repertoire& repertoire) {
    message.put_list(std::span(repertoire.unseen));
    message.put_list(std::span(repertoire.spelled));
}

Repertoire get_repertoire(MessageReader& message) {
    Repertoire repertoire;
    repertoire.unseen = message.get_list<TokenId>();
    repertoire.spelled = message.get_list<std::uint32_t>();
    return repertoire;
}

std::vector<std::byte> receive_message(Communicator& communicator, int from) {
    std::uint64_t size = 0;
    const Communicator::Incoming first{from, std::as_writable_bytes(std::span(&size, 1))};
    communicator.exchange({}, {&first, 1});
    std::vector<std::byte> bytes(size);
    const Communicator::Incoming then{from, bytes};
    communicator.exchange({}, {&then, 1});
    return bytes;
}

void send_message(Communicator& communicator, int to, std::span<const std::byte> bytes) {
    const std::uint64_t size = bytes.size();
    const std::array<Communicator::Outgoing, 2> both{
        {{to, std::as_bytes(std::span(&size, 1))}, {to, bytes}}};
    communicator.exchange(both, {});
}

}  // namespace carousel
