#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace carousel {

/// Something that one may want to know of each character of a text: whether it is so, as 0 or 1, or
/// how much.
struct TextFeature {
    std::string name;   ///< a word or two: "quotes"
    std::string words;  ///< "within quotation marks"
    bool is_amount = false;
    std::vector<float> values;
};

/// For each character, known once it has been read, but `line end next`, which is not. Features of
/// texts and of programs; a text may have none of what one asks for.
///
/// Quotation marks open and close in turn, whatever their form, and a blank line closes them.
/// Amounts end at 100 for the place in line, at 20 for the place in word, at 10 for the depth of
/// brackets.
std::vector<TextFeature> text_features(std::span<const std::string> characters);

/// Where something ends, so that a memory could be let go.
struct TextBoundary {
    std::string name;                 ///< "line ends"
    std::vector<std::size_t> places;  ///< of the characters that end it, in order
};

std::vector<TextBoundary> text_boundaries(std::span<const std::string> characters);

}  // namespace carousel
