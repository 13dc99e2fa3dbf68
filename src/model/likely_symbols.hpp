#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/token_id.hpp"

namespace carousel {

struct LikelySymbol {
    TokenId id = 0;
    float probability = 0;
};

/// The symbols that a model holds for the likeliest at some positions, the likeliest first; of
/// equals that with the smaller id.
struct LikelySymbols {
    std::int64_t most = 0;                ///< of a position; so many, or all of the vocabulary
    std::int64_t each = 0;                ///< so many there are
    std::vector<LikelySymbol> symbols{};  ///< (positions, each)

    void make_room(std::size_t positions, std::int64_t vocabulary_size) {
        each = std::min(most, vocabulary_size);
        symbols.resize(positions * static_cast<std::size_t>(each));
    }

    std::span<const LikelySymbol> at(std::size_t position) const {
        const auto size = static_cast<std::size_t>(each);
        return std::span(symbols).subspan(position * size, size);
    }
};

/// Fills `likeliest` with the largest of these values and their ids, in that order. Range: no
/// longer than `values`.
void find_likeliest(std::span<const float> values, std::span<LikelySymbol> likeliest);

}  // namespace carousel
