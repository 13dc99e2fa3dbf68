#include "snapshot/stored_symbol.hpp"

#include <stdexcept>
#include <utility>

#include "text/utf8.hpp"

namespace carousel {

namespace {

constexpr int k_kinds = static_cast<int>(k_words<SymbolKind>.size());

// The kinds stand twice in the same order, seen and unseen.
StoredSymbolKind stored_kind(SymbolKind kind, bool unseen) {
    return static_cast<StoredSymbolKind>(static_cast<int>(kind) + (unseen ? k_kinds : 0));
}

std::uint32_t only_code_point(const std::string& text) {
    if (text.empty() || valid_utf8_prefix(text) != text.size() ||
        utf8_length(text.front()) != text.size())
        throw std::invalid_argument("a character that was spelled is not one code point");
    return code_point_at(text, 0);
}

}  // namespace

std::vector<StoredSymbol> stored_alphabet(const std::vector<Symbol>& symbols,
                                          const std::optional<Repertoire>& repertoire) {
    std::vector<StoredSymbol> stored;
    stored.reserve(symbols.size());
    for (const auto& [kind, text] : symbols) stored.push_back({stored_kind(kind, false), text});
    if (!repertoire) return stored;
    for (const TokenId id : repertoire->unseen)
        stored.at(id).kind = stored_kind(symbols[id].kind, true);
    for (const auto code_point : repertoire->spelled) {
        stored.push_back({StoredSymbolKind::spelled, ""});
        append_utf8(code_point, stored.back().text);
    }
    return stored;
}

void split_alphabet(std::vector<StoredSymbol> stored, std::vector<Symbol>& symbols,
                    std::optional<Repertoire>& repertoire) {
    symbols.clear();
    Repertoire found;
    for (auto& [kind, text] : stored) {
        if (kind == StoredSymbolKind::spelled) {
            found.spelled.push_back(only_code_point(text));
            continue;
        }
        if (!found.spelled.empty())
            throw std::invalid_argument("a symbol stands behind the characters that were spelled");
        const int number = static_cast<int>(kind);
        if (number >= k_kinds) found.unseen.push_back(static_cast<TokenId>(symbols.size()));
        symbols.push_back({static_cast<SymbolKind>(number % k_kinds), std::move(text)});
    }
    repertoire.reset();
    if (found != Repertoire{}) repertoire = std::move(found);
}

}  // namespace carousel
