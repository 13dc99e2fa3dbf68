#include "text/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "text/printable.hpp"
#include "text/utf8.hpp"

// Building and merging first, then what a stored alphabet must fulfil, then how a character finds
// its id. Code points are looked up in pages of 256, of which only those with a symbol exist; all
// the others share one empty page. An array over all of Unicode would be cold in every cache.

namespace carousel {

namespace {

constexpr std::size_t k_page = 256;
constexpr std::size_t k_pages = 0x110000 / k_page;

// C0, C1 and F5 to FF occur in no valid UTF-8 (the Unicode Standard, table 3-7).
bool occurs_in_utf8(unsigned byte) {
    return byte < 0xC0 || (byte >= 0xC2 && byte <= 0xF4);
}

void append_utf8_bytes(std::vector<Symbol>& symbols) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        if (occurs_in_utf8(byte)) {
            symbols.push_back({SymbolKind::byte, std::string(1, static_cast<char>(byte))});
        }
    }
}

bool is_one_code_point(std::string_view character) {
    return character.size() == utf8_length(character.front());
}

[[noreturn]] void refuse(std::size_t id, const char* why) {
    throw std::invalid_argument(fmt::format("symbol {} of the alphabet {}", id, why));
}

}  // namespace

Vocabulary Vocabulary::build(const CharacterCounts& counts, const TextSettings& settings) {
    return merge(Vocabulary({{SymbolKind::separator, ""}}), counts, settings);
}

Vocabulary Vocabulary::merge(const Vocabulary& old, const CharacterCounts& counts,
                             const TextSettings& settings) {
    std::vector<Symbol> symbols = old.symbols_;
    for (auto& [character, count] : counts.sorted()) {
        if (settings.unit == Unit::byte) {
            if (!old.byte_symbol(static_cast<unsigned char>(character[0]))) {
                symbols.push_back({SymbolKind::byte, character});
            }
        } else if (!old.find(character)) {
            const bool frequent = count >= settings.min_count;
            if (frequent) symbols.push_back({SymbolKind::character, character});
        }
    }
    // Even where no character of this corpus is rare: another text may have one.
    const bool spells = settings.unit != Unit::byte && settings.min_count > 1;
    if (spells && !old.has_bytes()) append_utf8_bytes(symbols);
    return Vocabulary(std::move(symbols));
}

Vocabulary::Vocabulary(std::vector<Symbol> symbols)
    : symbols_(std::move(symbols)), page_index_(k_pages, 0), pages_(k_page, k_none) {
    if (symbols_.size() > k_largest) refuse(k_largest, "is beyond the largest that is supported");
    if (symbols_.empty() || symbols_[0].kind != SymbolKind::separator) {
        refuse(0, "is not the separator");
    }
    bytes_.fill(k_none);
    for (std::size_t i = 0; i < symbols_.size(); ++i) {
        const auto id = static_cast<TokenId>(i);
        const auto& [kind, text] = symbols_[i];
        switch (kind) {
            case SymbolKind::separator:
                if (i > 0) refuse(i, "is a second separator");
                if (!text.empty()) refuse(i, "is a separator with text");
                break;
            case SymbolKind::byte: {
                if (text.size() != 1) refuse(i, "is a byte symbol of another length than one byte");
                TokenId& slot = bytes_[static_cast<unsigned char>(text[0])];
                if (slot != k_none) refuse(i, "is a byte symbol that stands twice");
                slot = id;
                ++byte_count_;
                break;
            }
            case SymbolKind::character:
                add_character(id, text);
                break;
            default:
                refuse(i, "is of an unknown kind");
        }
    }
}

void Vocabulary::add_character(TokenId id, const std::string& text) {
    if (text.empty() || text.size() > k_longest_cluster) {
        refuse(id, "is a character of no or too many bytes");
    }
    if (valid_utf8_prefix(text) != text.size()) refuse(id, "is not valid UTF-8");
    if (find(text)) refuse(id, "is a character that stands twice");
    if (!is_one_code_point(text)) {
        clusters_.emplace(text, id);
        return;
    }
    const char32_t code_point = code_point_at(text, 0);
    std::uint32_t& page = page_index_[code_point / k_page];
    if (page == 0) {
        page = static_cast<std::uint32_t>(pages_.size());
        pages_.resize(pages_.size() + k_page, k_none);
    }
    pages_[page + code_point % k_page] = id;
}

std::optional<TokenId> Vocabulary::find(std::string_view character) const {
    if (character.empty()) return std::nullopt;
    if (is_one_code_point(character)) return find(code_point_at(character, 0));
    const auto found = clusters_.find(character);
    return found == clusters_.end() ? std::nullopt : std::optional<TokenId>(found->second);
}

bool Vocabulary::can_spell() const {
    for (unsigned byte = 0; byte < 256; ++byte) {
        if (occurs_in_utf8(byte) && bytes_[byte] == k_none) return false;
    }
    return true;
}

std::string Vocabulary::printable_alphabet() const {
    std::string alphabet;
    for (const auto& [kind, text] : symbols_) {
        if (kind != SymbolKind::character) continue;
        if (!alphabet.empty()) alphabet += ' ';
        if (text == " ") {
            alphabet += "' '";
        } else if (display_width(text) == 0 && printable(text, Whitespace::escape) == text) {
            // A mark alone would sit on its neighbour.
            for (std::size_t i = 0; i < text.size(); i += utf8_length(text[i])) {
                alphabet +=
                    fmt::format("\\u{{{:x}}}", static_cast<unsigned>(code_point_at(text, i)));
            }
        } else {
            alphabet += printable(text, Whitespace::escape);
        }
    }
    if (byte_count_ > 0) {
        alphabet += fmt::format("{}({} bytes)", alphabet.empty() ? "" : " ", byte_count_);
    }
    return alphabet;
}

}  // namespace carousel
