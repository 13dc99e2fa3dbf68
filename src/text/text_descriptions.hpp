#pragma once

#include <tuple>

#include "model/setting.hpp"
#include "text/text_settings.hpp"

namespace carousel {

// What is said of how files become characters.

template <>
inline constexpr auto k_settings<TextSettings> = std::tuple{
    setting(&TextSettings::unit,
            {.name = "unit", .meaning = "what one character of the model is", .fixed = true}),
    setting(&TextSettings::normalization, {.name = "normalize",
                                           .meaning = "Unicode normalisation of corpus and prompts",
                                           .noun = "normalisation",
                                           .fixed = true}),
    setting(&TextSettings::newlines,
            {.name = "newlines", .meaning = "lf turns CR LF and CR into LF", .fixed = true}),
    setting(&TextSettings::min_count, {1, 1'000'000'000},
            {.name = "min-count",
             .meaning = "characters rarer than N are spelled in bytes; from 2 on every text can be "
                        "read",
             .noun = "minimal count of a character",
             .fixed = true})};

template <>
inline constexpr auto k_settings<DecodingSettings> = std::tuple{
    setting(&DecodingSettings::encoding, {.name = "encoding",
                                          .meaning = "encoding of files that are not UTF-8",
                                          .standard = "guessed for each",
                                          .fixed = true}),
    setting(&DecodingSettings::invalid,
            {.name = "invalid",
             .meaning = "what is done with bytes that are not valid in it",
             .fixed = true})};

}  // namespace carousel
