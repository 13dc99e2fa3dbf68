#include "app/text_signs.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "text/vocabulary.hpp"

namespace carousel {

namespace {

constexpr std::string_view k_signs = "{}()[]<>=+*/&|_#\\@%$^~`";
constexpr std::uint64_t k_stretches = 500, k_stretch = 1000;  // symbols each
constexpr std::uint64_t k_fewest_characters = 1000;           // characters to tell anything

bool is_sign(const Symbol& symbol) {
    return symbol.text.size() == 1 && k_signs.find(symbol.text.front()) != k_signs.npos;
}

}  // namespace

std::optional<double> share_of_signs(const TrainingText& text) {
    const auto& part = text.training();
    const auto& symbols = text.corpus().vocabulary().symbols();
    std::vector<char> signs(symbols.size());
    std::ranges::transform(symbols, signs.begin(), is_sign);

    const std::uint64_t stretches =
        std::clamp<std::uint64_t>(part.tokens() / k_stretch, 1, k_stretches);
    std::uint64_t counted = 0, found = 0;
    std::vector<TokenId> ids;
    for (std::uint64_t i = 0; i < stretches; ++i) {
        const auto begin = part.begin + part.tokens() * i / stretches;
        const auto end = part.begin + part.tokens() * (i + 1) / stretches;
        ids.resize(std::min(end - begin, k_stretch));
        text.corpus().copy(begin, ids);
        for (std::uint64_t at = begin; const auto id : ids) {
            if (text.corpus().starts_character(at++)) ++counted;
            if (signs[id] != 0) ++found;
        }
    }
    if (counted < k_fewest_characters) return std::nullopt;
    return static_cast<double>(found) / static_cast<double>(counted);
}

}  // namespace carousel
