#include "cpu/dropout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace carousel;

namespace {

std::vector<float> mask(float rate, std::uint64_t seed, std::uint32_t stream, std::uint64_t window,
                        int threads = 1) {
    std::vector<float> values(20000);
    ThreadPool pool(threads);
    fill_dropout_mask(pool, values.data(), 20000, rate,
                      {seed, RandomPurpose::dropout_between, stream}, window);
    return values;
}

}  // namespace

TEST_SUITE("cpu/dropout") {
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

    TEST_CASE("factor i is made of word i of the window, on any number of threads") {
        const auto values = mask(0.3F, 1, 2, 3, 2);
        const RandomKey key{1, RandomPurpose::dropout_between, 2};
        for (std::size_t i = 0; i < values.size(); ++i) {
            const bool drops = random_uniform(key, (std::uint64_t{3} << 32) + i) < 0.3F;
            REQUIRE((values[i] == 0) == drops);
        }
        CHECK(mask(0.3F, 1, 2, 3, 3) == values);
    }
}
