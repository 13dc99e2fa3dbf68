#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace carousel {

/// A colour of a screen: red, green, blue.
struct Colour {
    std::uint8_t red, green, blue;
};

/// The scale that surprisal is shown in: shade s covers the bits from `k_scale_bits[s]` to the next
/// one, the last shade all above. One hue turns steadily darker on a light page, lighter on a dark
/// one, so that the order is seen with any kind of colour vision and in grey.
inline constexpr std::array<double, 9> k_scale_bits = {0, 1, 2, 3, 5, 7, 9, 12, 15};

enum class Theme : std::uint8_t { light, dark };

/// Paper and ink of the page.
Colour background(Theme theme);
Colour ink(Theme theme);

/// What lies behind a character of a shade, and the character itself. Range: shade < 9; shade 0 has
/// the colours of the page. Law: the contrast of the two is at least 4.5 to 1 (WCAG 2.1, 1.4.3).
Colour shade_background(std::size_t shade, Theme theme);
Colour shade_ink(std::size_t shade, Theme theme);

/// Range: bits ≥ 0.
std::size_t shade_of(double bits);

/// The custom properties `--s1`, `--i1` ... of the shades for a style sheet.
std::string scale_properties(Theme theme);

/// The scale with its bits, as HTML.
std::string scale_legend();

}  // namespace carousel
