#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace carousel {

/// What a model held for likely at some place. Without text it is the end of the document.
struct LikelyText {
    std::string text{};
    double probability = 0;
};

/// A character of a text and how it was predicted.
struct PredictedCharacter {
    std::string_view text;
    double nats = 0;                       ///< its surprisal
    std::span<const LikelyText> likely{};  ///< the likeliest in its place, the likeliest first
};

/// A line of a text of several documents.
struct LinePlace {
    std::uint64_t document = 0;  ///< from 0
    std::uint64_t line = 0;      ///< from 1; 0 is nowhere

    bool operator==(const LinePlace&) const = default;
};

}  // namespace carousel
