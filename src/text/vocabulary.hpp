#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/token_id.hpp"
#include "base/words.hpp"
#include "text/character_counts.hpp"
#include "text/text_settings.hpp"

namespace carousel {

/// What a symbol of the vocabulary stands for.
enum class SymbolKind : std::uint8_t {
    separator,  ///< stands before every document; never text
    character,  ///< one character of the text
    byte,       ///< one byte: of a rare character's UTF-8, or of the file in byte models
};

template <>
inline constexpr std::array<std::string_view, 3> k_words<SymbolKind>{"separator", "character",
                                                                     "byte"};

struct Symbol {
    SymbolKind kind = SymbolKind::character;
    std::string text;  ///< empty for the separator, UTF-8 of the character, or the one byte

    bool operator==(const Symbol&) const = default;
};

/// The alphabet of a model: a list of symbols, numbered from 0. Symbol 0 is the separator.
///
/// Order of a new vocabulary: separator, characters sorted by their UTF-8 bytes, then (with a
/// min_count of 2 or more) the 243 bytes that occur in valid UTF-8 in byte order, so that every
/// text can be spelled. A byte model has the separator and the bytes that occur in its corpus.
class Vocabulary {
public:
    static constexpr TokenId k_separator = 0;
    static constexpr std::size_t k_largest = std::size_t{1} << 21;  ///< symbols

    /// The vocabulary of a corpus.
    static Vocabulary build(const CharacterCounts& counts, const TextSettings& settings);

    /// `old` with the characters of `counts` that it lacks appended, so that every old id stays.
    /// Those rarer than min_count are spelled: the byte symbols are appended if `old` has none.
    static Vocabulary merge(const Vocabulary& old, const CharacterCounts& counts,
                            const TextSettings& settings);

    /// From stored symbols, which may come from a hostile file.
    /// Throws: std::invalid_argument unless the separator stands first and once, every character is
    /// valid UTF-8 of 1 to 1024 bytes, every byte symbol is one byte, and no symbol stands twice.
    explicit Vocabulary(std::vector<Symbol> symbols);

    std::size_t size() const { return symbols_.size(); }
    const std::vector<Symbol>& symbols() const { return symbols_; }

    /// Range: id < size(). Throws: std::out_of_range.
    const Symbol& symbol(TokenId id) const { return symbols_.at(id); }

    /// Id of a character, if it has a symbol of its own.
    std::optional<TokenId> find(std::string_view character) const;

    /// The same for a character that is one code point; fast.
    std::optional<TokenId> find(char32_t code_point) const {
        const TokenId id = code_point_id(code_point);
        return id == k_none ? std::nullopt : std::optional<TokenId>(id);
    }

    /// `find` for hot loops: k_none where there is none. Range: code_point ≤ U+10FFFF.
    TokenId code_point_id(char32_t code_point) const {
        return pages_[page_index_[code_point >> 8] + (code_point & 0xFF)];
    }
    static constexpr TokenId k_none = UINT32_MAX;

    /// Id of the byte symbol of `byte`, if there is one.
    std::optional<TokenId> byte_symbol(unsigned char byte) const {
        const TokenId id = bytes_[byte];
        return id == k_none ? std::nullopt : std::optional<TokenId>(id);
    }

    bool has_bytes() const { return byte_count_ > 0; }
    bool has_characters() const { return byte_count_ + 1 < symbols_.size(); }

    /// True when every byte of valid UTF-8 has a symbol: any text can be spelled.
    bool can_spell() const;

    /// For people: the characters in id order, control characters and lone marks escaped, bytes as
    /// a count.
    std::string printable_alphabet() const;

    bool operator==(const Vocabulary& other) const { return symbols_ == other.symbols_; }

private:
    void add_character(TokenId id, const std::string& text);

    std::vector<Symbol> symbols_;
    std::array<TokenId, 256> bytes_;
    std::size_t byte_count_ = 0;
    std::vector<std::uint32_t> page_index_;  // of the 256 code points of a page in pages_
    std::vector<TokenId> pages_;             // page 0 of it is empty
    std::unordered_map<std::string, TokenId, StringHash, std::equal_to<>> clusters_;
};

}  // namespace carousel
