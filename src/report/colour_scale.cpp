#include "report/colour_scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

// The colours were chosen once, in a colour space where equal distances look equal, and are stored;
// a test holds their contrast. The style sheet names them, so that a page changes its theme alone.

namespace carousel {

namespace {

constexpr std::size_t k_shades = k_scale_bits.size();

constexpr Colour k_paper{0xfc, 0xfb, 0xf8}, k_dark_paper{0x17, 0x15, 0x12};
constexpr Colour k_ink{0x22, 0x20, 0x1d}, k_dark_ink{0xe9, 0xe5, 0xdd};
constexpr Colour k_white{0xff, 0xff, 0xff};

// Lightness falls (dark page: rises) in even parts of the OKLCH colour space, from yellow to
// red-brown.
constexpr std::array<Colour, k_shades> k_light = {{k_paper,
                                                   {0xfe, 0xf4, 0xcf},
                                                   {0xfd, 0xe0, 0xa3},
                                                   {0xf7, 0xc4, 0x76},
                                                   {0xec, 0xa4, 0x4e},
                                                   {0xd9, 0x84, 0x31},
                                                   {0xb3, 0x5d, 0x1f},
                                                   {0x95, 0x48, 0x22},
                                                   {0x70, 0x34, 0x22}}};
constexpr std::array<Colour, k_shades> k_dark = {{k_dark_paper,
                                                  {0x31, 0x21, 0x1a},
                                                  {0x4f, 0x2c, 0x17},
                                                  {0x71, 0x3d, 0x12},
                                                  {0x8f, 0x53, 0x0e},
                                                  {0xb0, 0x76, 0x22},
                                                  {0xc5, 0x96, 0x46},
                                                  {0xda, 0xbc, 0x75},
                                                  {0xef, 0xe2, 0xae}}};
constexpr std::size_t k_first_light_ink = 6, k_first_dark_ink = 5;

std::string hex(const Colour& c) {
    return fmt::format("#{:02x}{:02x}{:02x}", c.red, c.green, c.blue);
}

}  // namespace

Colour background(Theme theme) {
    return theme == Theme::light ? k_paper : k_dark_paper;
}

Colour ink(Theme theme) {
    return theme == Theme::light ? k_ink : k_dark_ink;
}

Colour shade_background(std::size_t shade, Theme theme) {
    return theme == Theme::light ? k_light[shade] : k_dark[shade];
}

Colour shade_ink(std::size_t shade, Theme theme) {
    if (theme == Theme::light) return shade < k_first_light_ink ? k_ink : k_white;
    return shade < k_first_dark_ink ? k_dark_ink : k_dark_paper;
}

std::size_t shade_of(double bits) {
    const auto above = std::upper_bound(k_scale_bits.begin() + 1, k_scale_bits.end(), bits);
    return static_cast<std::size_t>(std::distance(k_scale_bits.begin(), above)) - 1;
}

std::string scale_properties(Theme theme) {
    std::string out = fmt::format("--paper:{};--ink:{};", hex(background(theme)), hex(ink(theme)));
    for (std::size_t shade = 1; shade < k_shades; ++shade) {
        out += fmt::format("--s{0}:{1};--i{0}:{2};", shade, hex(shade_background(shade, theme)),
                           hex(shade_ink(shade, theme)));
    }
    return out;
}

std::string scale_legend() {
    std::string out = "<div class=\"scale\" role=\"img\" aria-label=\"Colours from 0 to ";
    out += fmt::format("{} bits and more\"><ol>", k_scale_bits.back());
    for (std::size_t shade = 0; shade < k_shades; ++shade) {
        out += fmt::format("<li><i class=\"s{}\"></i><span>{}{}</span></li>", shade,
                           k_scale_bits[shade], shade + 1 == k_shades ? "+" : "");
    }
    return out + "</ol><span>bits</span></div>\n";
}

}  // namespace carousel
