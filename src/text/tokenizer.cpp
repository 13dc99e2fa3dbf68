#include "text/tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "text/code_point_ids.hpp"
#include "text/nearest.hpp"
#include "text/normalization.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

// First what a Tokenizer must fulfil and how a prompt is encoded whole; then the TextEncoder,
// through which a corpus passes: one loop for each unit.

namespace carousel {

namespace {

void require_agreement(const TextSettings& settings, const Vocabulary& vocabulary) {
    const bool bytes = settings.unit == Unit::byte;
    if (settings.min_count < 1) throw std::invalid_argument("min_count is 0");
    if (bytes && (settings.normalization != Normalization::none ||
                  settings.newlines != Newlines::keep || vocabulary.has_characters())) {
        throw std::invalid_argument(
            "a model of bytes has normalisation, newline folding or characters");
    }
    if (bytes) return;
    if (vocabulary.has_bytes() && !vocabulary.can_spell()) {
        throw std::invalid_argument("the alphabet has some of the bytes of UTF-8 but not all");
    }
    if (settings.unit != Unit::codepoint) return;
    for (const auto& [kind, text] : vocabulary.symbols()) {
        if (kind == SymbolKind::character && text.size() != utf8_length(text.front())) {
            throw std::invalid_argument("a character of the alphabet is not one code point");
        }
    }
}

// Ids of `text`, a nearest form, if each of its characters has a symbol.
std::optional<std::vector<TokenId>> known_ids(const Tokenizer& tokenizer, std::string_view text) {
    bool known = true;
    TextEncoder encoder(
        tokenizer, [&](std::string_view, std::uint64_t, std::vector<TokenId>&) { known = false; });
    std::vector<TokenId> ids;
    encoder.push(normalize(text, tokenizer.settings()), ids);
    encoder.finish(ids);
    return known ? std::optional(std::move(ids)) : std::nullopt;
}

struct Nearest {
    std::string text;
    std::vector<TokenId> ids;
};

std::optional<Nearest> nearest_known(const Tokenizer& tokenizer, std::string_view character) {
    if (tokenizer.settings().unit == Unit::byte) return std::nullopt;
    for (auto& form : nearest_forms(character)) {
        if (auto ids = known_ids(tokenizer, form)) return Nearest{std::move(form), std::move(*ids)};
    }
    return std::nullopt;
}

}  // namespace

std::string describe_character(std::string_view character, Unit unit) {
    if (unit == Unit::byte) {
        return fmt::format("byte 0x{:02X}",
                           static_cast<unsigned>(static_cast<unsigned char>(character.front())));
    }
    std::string code_points;
    for (std::size_t i = 0; i < character.size(); i += utf8_length(character[i])) {
        code_points += fmt::format("{}U+{:04X}", i == 0 ? "" : " ",
                                   static_cast<unsigned>(code_point_at(character, i)));
    }
    return fmt::format("character '{}' ({})", printable(character, Whitespace::escape),
                       code_points);
}

Tokenizer::Tokenizer(const TextSettings& settings, Vocabulary vocabulary,
                     std::optional<Repertoire> repertoire)
    : settings_(settings), vocabulary_(std::move(vocabulary)), repertoire_(std::move(repertoire)) {
    require_agreement(settings_, vocabulary_);
    if (repertoire_) require_valid(*repertoire_, vocabulary_);
}

std::string Tokenizer::normalized(std::string_view text, std::string_view name) const {
    if (settings_.unit == Unit::byte) return std::string(text);
    const std::size_t valid = valid_utf8_prefix(text);
    if (valid != text.size())
        throw UsageError(fmt::format("{} is not valid UTF-8 at byte offset {}.", name, valid));
    return normalize(text, settings_);
}

std::vector<TokenId> Tokenizer::encode(std::string_view prompt, UnknownCharacters unknown) const {
    const std::string text = normalized(prompt, "The prompt");
    const auto handle = [&](std::string_view character, std::uint64_t index,
                            std::vector<TokenId>& ids) {
        if (unknown == UnknownCharacters::skip) return;
        const auto nearest = nearest_known(*this, character);
        if (unknown == UnknownCharacters::nearest && nearest) {
            ids.insert(ids.end(), nearest->ids.begin(), nearest->ids.end());
            return;
        }
        throw UsageError(fmt::format(
            "The model does not know the {} at position {} of the text (counted from 0){}. Leave "
            "it out, or let --unknown skip do so{}.",
            describe_character(character, settings_.unit), index,
            nearest ? "" : ", nor anything near it",
            nearest ? fmt::format(", or --unknown nearest read {} in its place",
                                  printable(nearest->text, Whitespace::escape))
                    : ""));
    };
    TextEncoder encoder(*this, handle);
    std::vector<TokenId> ids;
    encoder.push(text, ids);
    encoder.finish(ids);
    return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
    std::string text;
    for (const TokenId id : ids) text += vocabulary_.symbol(id).text;
    return text;
}

std::optional<bool> Tokenizer::starts_character(TokenId id) const {
    const auto& [kind, text] = vocabulary_.symbol(id);
    if (kind == SymbolKind::separator) return false;
    if (kind == SymbolKind::character || settings_.unit == Unit::byte) return true;
    if (settings_.unit == Unit::grapheme) return std::nullopt;
    return !is_continuation(text.front());
}

namespace {

void spell(std::string_view character, const Vocabulary& vocabulary, std::vector<TokenId>& ids) {
    for (const char byte : character)
        ids.push_back(*vocabulary.byte_symbol(static_cast<unsigned char>(byte)));
}

}  // namespace

TextEncoder::TextEncoder(const Tokenizer& tokenizer, Tokenizer::UnknownHandler unknown)
    : tokenizer_(tokenizer),
      unknown_(std::move(unknown)),
      splitter_(tokenizer.settings().unit),
      spells_(tokenizer.settings().unit != Unit::byte && tokenizer.vocabulary().has_bytes()) {}

void TextEncoder::push(std::string_view text, std::vector<TokenId>& ids,
                       std::vector<std::uint8_t>* starts) {
    if (std::exchange(finished_, false)) characters_ = bytes_ = 0;
    const std::size_t before = ids.size();
    switch (tokenizer_.settings().unit) {
        case Unit::byte:
            encode_bytes(text, ids);
            break;
        case Unit::codepoint:
            encode_code_points(text, ids);
            break;
        case Unit::grapheme:
            splitter_.push(text);
            return encode_clusters(ids, starts);
    }
    bytes_ += text.size();
    if (starts == nullptr) return;
    for (std::size_t i = before; i < ids.size(); ++i) {
        starts->push_back(tokenizer_.starts_character(ids[i]) == true);
    }
}

void TextEncoder::finish(std::vector<TokenId>& ids, std::vector<std::uint8_t>* starts) {
    if (tokenizer_.settings().unit == Unit::grapheme) {
        splitter_.finish();
        encode_clusters(ids, starts);
    }
    finished_ = true;
}

void TextEncoder::encode_bytes(std::string_view text, std::vector<TokenId>& ids) {
    const Vocabulary& vocabulary = tokenizer_.vocabulary();
    ids.reserve(ids.size() + text.size());
    for (const char byte : text) {
        if (const auto id = vocabulary.byte_symbol(static_cast<unsigned char>(byte))) {
            ids.push_back(*id);
        } else {
            unknown_(std::string_view(&byte, 1), characters_, ids);
        }
        ++characters_;
    }
}

// A stretch with a character that has no symbol is done once more, one by one.
void TextEncoder::encode_code_points(std::string_view text, std::vector<TokenId>& ids) {
    const auto encode_one_by_one = [&](std::string_view some) {
        for (; !some.empty(); ++characters_) {
            const std::string_view character = some.substr(0, utf8_length(some.front()));
            const TokenId id = tokenizer_.vocabulary().code_point_id(code_point_at(some, 0));
            if (id != Vocabulary::k_none) {
                ids.push_back(id);
            } else if (spells_) {
                spell(character, tokenizer_.vocabulary(), ids);
            } else {
                unknown_(character, characters_, ids);
            }
            some.remove_prefix(character.size());
        }
    };
    CodePointIds found(tokenizer_.vocabulary());
    while (!text.empty()) {
        const std::size_t size = found.take_front(text);
        if (found.all_known()) {
            ids.insert(ids.end(), found.ids().begin(), found.ids().end());
            characters_ += found.ids().size();
        } else {
            encode_one_by_one(text.substr(0, size));
        }
        text.remove_prefix(size);
    }
}

void TextEncoder::encode_clusters(std::vector<TokenId>& ids, std::vector<std::uint8_t>* starts) {
    const Vocabulary& vocabulary = tokenizer_.vocabulary();
    std::string_view character;
    for (; splitter_.next(character); ++characters_) {
        const std::size_t before = ids.size();
        bytes_ += character.size();
        const bool one_code_point = character.size() == utf8_length(character.front());
        const TokenId id = one_code_point ? vocabulary.code_point_id(code_point_at(character, 0))
                                          : vocabulary.find(character).value_or(Vocabulary::k_none);
        if (id != Vocabulary::k_none) {
            ids.push_back(id);
        } else if (spells_) {
            spell(character, vocabulary, ids);
        } else {
            unknown_(character, characters_, ids);
        }
        if (starts == nullptr) continue;
        starts->resize(starts->size() + ids.size() - before, 0);
        if (ids.size() > before) (*starts)[starts->size() - (ids.size() - before)] = 1;
    }
}

}  // namespace carousel
