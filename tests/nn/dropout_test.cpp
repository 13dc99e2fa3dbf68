#include "nn/dropout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace carousel;

namespace {

std::vector<float> mask(float rate, std::uint64_t seed, std::uint32_t stream,
                        std::uint64_t window) {
    std::vector<float> values(20000);
    fill_dropout_mask(values.data(), 20000, rate, {seed, RandomPurpose::dropout_between, stream},
                      window);
    return values;
}

}  // namespace

TEST_SUITE("nn/dropout") {
    TEST_CASE("a mask is zero at its rate and 1 / (1 - rate) elsewhere") {
        for (const float rate : {0.0F, 0.1F, 0.5F, 0.9F}) {
            CAPTURE(rate);
            const auto values = mask(rate, 1, 0, 0);
            const auto dropped = std::count(values.begin(), values.end(), 0.0F);
            const auto kept = std::count(values.begin(), values.end(), 1 / (1 - rate));
            CHECK(dropped + kept == 20000);
            // Four standard deviations of a binomial count.
            const double tolerance = 4 * std::sqrt(20000.0 * double{rate} * (1 - double{rate}));
            CHECK(std::abs(static_cast<double>(dropped) - 20000 * double{rate}) <= tolerance);
        }
    }

    TEST_CASE("a mask is a function of seed, stream and window, and each changes it") {
        const auto first = mask(0.5F, 1, 2, 3);
        CHECK(mask(0.5F, 1, 2, 3) == first);
        CHECK(mask(0.5F, 2, 2, 3) != first);
        CHECK(mask(0.5F, 1, 3, 3) != first);
        CHECK(mask(0.5F, 1, 2, 4) != first);
    }
}
