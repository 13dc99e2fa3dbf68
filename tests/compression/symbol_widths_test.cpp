#include "compression/symbol_widths.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <vector>

using namespace carousel;

TEST_SUITE("compression/symbol_widths") {
    TEST_CASE("intervals are as wide as probabilities, side by side, and none is empty") {
        const std::vector<float> probabilities{0.5F, 0, 0.25F, 1e-30F, 0.25F};
        SymbolWidths widths;
        widths.assign(std::span<const float>(probabilities));
        std::uint64_t first = 0;
        for (TokenId s = 0; s < probabilities.size(); ++s) {
            const auto interval = widths.of(s);
            CHECK(interval.first == first);
            CHECK(interval.size == 1 + static_cast<std::uint64_t>(probabilities[s] * (1U << 30)));
            CHECK(interval.total == widths.total());
            first += interval.size;
        }
        CHECK(first == widths.total());
    }

    TEST_CASE("every place belongs to the symbol whose interval has it") {
        const std::vector<double> probabilities{0.1, 0.6, 0, 0.3};
        SymbolWidths widths;
        widths.assign(std::span<const double>(probabilities));
        for (TokenId s = 0; s < probabilities.size(); ++s) {
            const auto interval = widths.of(s);
            for (const auto place : {interval.first, interval.first + interval.size - 1}) {
                const auto found = widths.at(place);
                CHECK(found.symbol == s);
                CHECK(found.interval.first == interval.first);
                CHECK(found.interval.size == interval.size);
            }
        }
    }

    TEST_CASE("what is no probability is a bug, not a file") {
        SymbolWidths widths;
        for (const float p : {-0.1F, 2.0F, std::numeric_limits<float>::quiet_NaN()}) {
            const std::vector<float> probabilities{0.5F, p};
            CHECK_THROWS_AS(widths.assign(std::span<const float>(probabilities)), std::logic_error);
        }
    }
}
