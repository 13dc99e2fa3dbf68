#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/words.hpp"

namespace carousel {

/// What one character of the model is.
enum class Unit : std::uint8_t {
    codepoint,  ///< a Unicode scalar value
    grapheme,   ///< an extended grapheme cluster, UAX #29
    byte,       ///< a raw byte of the file
};

template <>
inline constexpr std::array<std::string_view, 3> k_words<Unit>{"codepoint", "grapheme", "byte"};

/// Unicode normalisation form applied to the corpus and to every prompt (UAX #15).
enum class Normalization : std::uint8_t { none, nfc, nfd, nfkc, nfkd };

template <>
inline constexpr std::array<std::string_view, 5> k_words<Normalization>{"none", "nfc", "nfd",
                                                                        "nfkc", "nfkd"};

/// `lf` turns CR LF and CR into LF.
enum class Newlines : std::uint8_t { keep, lf };

template <>
inline constexpr std::array<std::string_view, 2> k_words<Newlines>{"keep", "lf"};

/// What is done with input that is not valid in its encoding.
enum class InvalidInput : std::uint8_t { error, replace, skip };

template <>
inline constexpr std::array<std::string_view, 3> k_words<InvalidInput>{"error", "replace", "skip"};

/// How text becomes characters. Chosen once, stored in the model.
/// With `Unit::byte` normalisation must be `none` and newlines `keep`.
struct TextSettings {
    Unit unit = Unit::codepoint;
    Normalization normalization = Normalization::nfc;
    Newlines newlines = Newlines::lf;
    std::uint32_t min_count = 1;  ///< rarer characters are spelled as UTF-8 byte symbols; ≥ 1

    bool operator==(const TextSettings&) const = default;
};

/// How the bytes of a file become text.
struct DecodingSettings {
    /// A converter name that ICU knows; empty: what the byte-order mark says, else UTF-8.
    std::string encoding{};
    InvalidInput invalid = InvalidInput::error;

    bool operator==(const DecodingSettings&) const = default;
};

}  // namespace carousel
