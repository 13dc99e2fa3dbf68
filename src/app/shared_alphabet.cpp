#include "app/shared_alphabet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "text/text_descriptions.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

namespace {

std::string shown(const Symbol& symbol) {
    switch (symbol.kind) {
        case SymbolKind::separator:
            return "the separator";
        case SymbolKind::character:
            return describe_character(symbol.text, Unit::codepoint);
        case SymbolKind::byte:
            return describe_character(symbol.text, Unit::byte);
    }
    return "";
}

}  // namespace

void require_same_alphabet(const std::filesystem::path& first, const TextSettings& first_text,
                           const std::vector<Symbol>& first_symbols,
                           const std::filesystem::path& other, const TextSettings& other_text,
                           const std::vector<Symbol>& other_symbols) {
    for_each_setting<TextSettings>([&](const auto& setting) {
        // How rare a character had to be tells nothing once the symbols are chosen.
        if (std::string_view(setting.name) == setting_of(&TextSettings::min_count).name) return;
        const auto &one = first_text.*setting.field, &two = other_text.*setting.field;
        if (one == two) return;
        throw UsageError(fmt::format("{} and {} read text differently: the {} is {} and {}.",
                                     shown_path(first), shown_path(other), noun_of(setting),
                                     format_value(one), format_value(two)));
    });
    const auto [one, two] = std::ranges::mismatch(first_symbols, other_symbols);
    if (one == first_symbols.end() && two == other_symbols.end()) return;
    const bool both = one != first_symbols.end() && two != other_symbols.end();
    throw UsageError(fmt::format(
        "{} and {} have different alphabets, of {} and {} symbols: symbol {} is {}. Train the second "
        "one from the first (--from), with which it keeps its alphabet, or both on the same text.",
        shown_path(first), shown_path(other), first_symbols.size(), other_symbols.size(),
        one - first_symbols.begin(),
        both ? fmt::format("{} in one and {} in the other", shown(*one), shown(*two))
             : "in one of them only"));
}

std::optional<Repertoire> joint_repertoire(const std::optional<Repertoire>& one,
                                           const std::optional<Repertoire>& other) {
    if (!one || !other) return std::nullopt;
    Repertoire joint;
    std::ranges::set_intersection(one->unseen, other->unseen, std::back_inserter(joint.unseen));
    std::ranges::set_union(one->spelled, other->spelled, std::back_inserter(joint.spelled));
    return joint;
}

}  // namespace carousel
