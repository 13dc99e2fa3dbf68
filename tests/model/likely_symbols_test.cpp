#include "model/likely_symbols.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

using namespace carousel;

TEST_CASE("the likeliest symbols come first, and of equals that with the smaller id") {
    const std::array<float, 6> values{0.1F, 0.3F, 0.1F, 0.3F, 0, 0.2F};
    std::array<LikelySymbol, 4> likeliest;
    find_likeliest(values, likeliest);
    std::array<TokenId, 4> ids{};
    for (std::size_t i = 0; i < ids.size(); ++i) {
        ids[i] = likeliest[i].id;
        CHECK(likeliest[i].probability == values[ids[i]]);
    }
    CHECK(ids == std::array<TokenId, 4>{1, 3, 5, 0});
}
