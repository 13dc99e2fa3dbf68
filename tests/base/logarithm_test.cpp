#include "base/logarithm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/random.hpp"

using namespace carousel;

TEST_SUITE("base/logarithm") {
    TEST_CASE("the logarithm is that of the mathematical library to twelve digits") {
        for (std::uint64_t i = 0; i < 20'000; ++i) {
            const double u = random_uniform({.seed = 1}, 2 * i);
            const double x = std::ldexp(1 + u, static_cast<int>(i % 2000) - 1000);
            const double expected = std::log(x);
            REQUIRE(std::abs(logarithm(x) - expected) <= 1e-12 * std::max(1.0, std::abs(expected)));
        }
    }

    TEST_CASE("it is exact at 1, and near at the ends of the range") {
        CHECK(logarithm(1) == 0);
        for (const double x : {std::numeric_limits<double>::min(),
                               std::numeric_limits<double>::max(), std::sqrt(2.0), 0.5}) {
            CHECK(logarithm(x) == doctest::Approx(std::log(x)).epsilon(1e-12));
        }
    }
}
