#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "text/repertoire.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// What an entry of a stored alphabet is.
enum class StoredSymbolKind : std::uint8_t {
    separator,
    character,
    byte,
    unseen_separator,  ///< these never had to be predicted in the training
    unseen_character,
    unseen_byte,
    spelled,  ///< no symbol: a code point that byte symbols spelled in the training
};

template <>
inline constexpr std::array<std::string_view, 7> k_words<StoredSymbolKind>{
    "separator",        "character",   "byte",   "unseen-separator",
    "unseen-character", "unseen-byte", "spelled"};

/// An entry of the alphabet as a file has it: its symbols in id order, then what was spelled.
struct StoredSymbol {
    StoredSymbolKind kind = StoredSymbolKind::character;
    std::string text;
};

/// An alphabet and what of it a model has learned to write.
std::vector<StoredSymbol> stored_alphabet(const std::vector<Symbol>& symbols,
                                          const std::optional<Repertoire>& repertoire);

/// The way back. Where no entry says what was seen, as in older files, the repertoire is unknown.
/// Throws: std::invalid_argument when a symbol stands behind what was spelled, or that is not one
/// code point.
void split_alphabet(std::vector<StoredSymbol> stored, std::vector<Symbol>& symbols,
                    std::optional<Repertoire>& repertoire);

}  // namespace carousel
