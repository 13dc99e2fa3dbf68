#include "report/colour_scale.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "support/well_formed.hpp"

using namespace carousel;

namespace {

// Relative luminance and contrast as WCAG 2.1 defines them.
double luminance(const Colour& colour) {
    const auto linear = [](std::uint8_t value) {
        const double v = value / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) +
           0.0722 * linear(colour.blue);
}

double contrast(const Colour& a, const Colour& b) {
    const double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
    return std::max(first, second) / std::min(first, second);
}

}  // namespace

TEST_SUITE("report/colour_scale") {
    TEST_CASE("each shade starts at its bits") {
        CHECK(shade_of(0) == 0);
        CHECK(shade_of(0.999) == 0);
        CHECK(shade_of(1) == 1);
        CHECK(shade_of(1000) == k_scale_bits.size() - 1);
        for (std::size_t shade = 0; shade < k_scale_bits.size(); ++shade)
            CHECK(shade_of(k_scale_bits[shade]) == shade);
    }

    TEST_CASE("a character can be read on each of its colours, light and dark") {
        for (const auto theme : {Theme::light, Theme::dark}) {
            CHECK(contrast(ink(theme), background(theme)) > 12);
            for (std::size_t shade = 0; shade < k_scale_bits.size(); ++shade) {
                CAPTURE(shade);
                CHECK(contrast(shade_background(shade, theme), shade_ink(shade, theme)) >= 4.5);
            }
        }
    }

    TEST_CASE("the scale goes steadily away from the paper, so that its order is seen in grey") {
        for (const auto theme : {Theme::light, Theme::dark}) {
            for (std::size_t shade = 1; shade < k_scale_bits.size(); ++shade) {
                CAPTURE(shade);
                const auto paper = background(theme);
                CHECK(contrast(paper, shade_background(shade, theme)) >
                      1.05 * contrast(paper, shade_background(shade - 1, theme)));
            }
        }
    }

    TEST_CASE("the legend names the bits of each shade") {
        const auto legend = scale_legend();
        CHECK(WellFormed::flaw(legend).empty());
        for (const char* part : {">0<", ">1<", ">15+<", "bits"})
            CHECK_MESSAGE(legend.find(part) != std::string::npos, part);
    }
}
