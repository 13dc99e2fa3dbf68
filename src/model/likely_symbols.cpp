#include "model/likely_symbols.hpp"

namespace carousel {

void find_likeliest(std::span<const float> values, std::span<LikelySymbol> likeliest) {
    if (likeliest.empty()) return;
    std::size_t count = 0;
    for (std::size_t id = 0; id < values.size(); ++id) {
        const float value = values[id];
        if (count == likeliest.size() && !(value > likeliest.back().probability)) continue;
        std::size_t at = count < likeliest.size() ? count++ : count - 1;
        for (; at > 0 && value > likeliest[at - 1].probability; --at)
            likeliest[at] = likeliest[at - 1];
        likeliest[at] = {static_cast<TokenId>(id), value};
    }
}

}  // namespace carousel
