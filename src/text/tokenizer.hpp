#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/token_id.hpp"
#include "base/words.hpp"
#include "text/characters.hpp"
#include "text/repertoire.hpp"
#include "text/text_settings.hpp"
#include "text/vocabulary.hpp"

// The room text turns the bytes of files into the symbols of a model, and symbols into text again.
// In the order in which text passes:
//
//     text_settings    what a character is, chosen once for a model; how files are decoded
//     decoding         bytes of any encoding, in pieces            -> valid UTF-8
//     normalization    newlines folded, one of Unicode's forms     -> UTF-8
//     characters       code points, grapheme clusters or bytes, one after the other
//     character_counts, vocabulary     which of them get a symbol
//     tokenizer        text -> ids: prompts whole, corpora in pieces (TextEncoder, code_point_ids)
//     nearest          what stands for a character that a model does not know
//     repertoire       which of that occurred in a training
//     writable         which ids may follow, so that what is generated is valid UTF-8 of the
//     repertoire text_stream      ids -> text as it is generated, no code point or cluster before
//     it is whole utf8, printable  arithmetic of UTF-8; text made harmless for a terminal
//
// The law of the room: cutting a text into other pieces changes nothing, and text that nobody can
// spell is an error with its place, never silently lost. ICU is spoken to here and nowhere else,
// and its types appear in no header. No file is opened here.

namespace carousel {

/// What is done with characters of a prompt that the model has no symbol for and cannot spell.
enum class UnknownCharacters : std::uint8_t {
    error,
    skip,
    nearest,  ///< what `nearest_forms` offers and the model knows, else error
};

template <>
inline constexpr std::array<std::string_view, 3> k_words<UnknownCharacters>{"error", "skip",
                                                                            "nearest"};

/// Text to ids and back, as a model's settings and vocabulary say.
class Tokenizer {
public:
    /// `repertoire`: what the model has learned to write; absent where that is not known.
    /// Throws: std::invalid_argument when these disagree (may come from a hostile file): byte
    /// models have byte symbols only; the others all of UTF-8's bytes or none; with
    /// `Unit::codepoint` every character is one code point.
    Tokenizer(const TextSettings& settings, Vocabulary vocabulary,
              std::optional<Repertoire> repertoire = std::nullopt);

    const TextSettings& settings() const { return settings_; }
    const Vocabulary& vocabulary() const { return vocabulary_; }
    const std::optional<Repertoire>& repertoire() const { return repertoire_; }

    /// Text as the corpus was treated: newlines folded, normalised; in byte models as it is.
    /// Throws: UsageError for text that is not UTF-8 (except in byte models); `name` says what it
    /// is, as in "The prompt".
    std::string normalized(std::string_view text, std::string_view name) const;

    /// Ids of a prompt: newlines folded, normalised, cut into characters; no separator is added.
    ///
    /// Law: decode(encode(x)) = normalize(x) when every character is known or can be spelled.
    /// Throws: UsageError for text that is not UTF-8 (except in byte models) and for an unknown
    /// character, naming it, its code point and its position (characters from 0).
    std::vector<TokenId> encode(std::string_view prompt,
                                UnknownCharacters unknown = UnknownCharacters::error) const;

    /// The text of `ids`; the separator is nothing. In byte models, and when byte symbols do not
    /// spell whole characters, the result need not be valid UTF-8: `TextStream` is for what people
    /// see.
    std::string decode(std::span<const TokenId> ids) const;

    /// Whether a symbol starts a character; the separator does not. Absent where the id alone does
    /// not tell: for byte symbols with `Unit::grapheme`, where a spelled cluster has several code
    /// points.
    std::optional<bool> starts_character(TokenId id) const;

    /// Calls `unknown` for each character it has no symbols for; the function may append ids
    /// instead.
    using UnknownHandler = std::function<void(std::string_view character, std::uint64_t index,
                                              std::vector<TokenId>& ids)>;

private:
    TextSettings settings_;
    Vocabulary vocabulary_;
    std::optional<Repertoire> repertoire_;
};

/// For messages: `character 'ß' (U+00DF)`, made printable, or `byte 0xE9` in byte models.
std::string describe_character(std::string_view character, Unit unit);

/// Encodes normalised text that is pushed in pieces: the fast path for a corpus.
class TextEncoder {
public:
    /// `tokenizer` must outlive the object.
    TextEncoder(const Tokenizer& tokenizer, Tokenizer::UnknownHandler unknown);

    /// Appends the ids of the characters that are certain. Range: whole code points of valid UTF-8,
    /// except in byte models. When `starts` is given, it gets a 1 for each id that starts a
    /// character and a 0 for each other.
    void push(std::string_view text, std::vector<TokenId>& ids,
              std::vector<std::uint8_t>* starts = nullptr);

    /// The document has ended: appends the rest.
    void finish(std::vector<TokenId>& ids, std::vector<std::uint8_t>* starts = nullptr);

    /// Characters and their bytes encoded in this document; `finish` ends it, the next `push`
    /// starts anew.
    std::uint64_t characters() const { return characters_; }
    std::uint64_t bytes() const { return bytes_; }

private:
    void encode_bytes(std::string_view text, std::vector<TokenId>& ids);
    void encode_code_points(std::string_view text, std::vector<TokenId>& ids);
    void encode_clusters(std::vector<TokenId>& ids, std::vector<std::uint8_t>* starts);

    const Tokenizer& tokenizer_;
    Tokenizer::UnknownHandler unknown_;
    CharacterSplitter splitter_;
    std::uint64_t characters_ = 0, bytes_ = 0;
    bool finished_ = false;
    bool spells_;
};

}  // namespace carousel
