#include "lab/squashing.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace carousel;

TEST_SUITE("lab/squashing") {
    TEST_CASE("e^x is that of the standard library to fourteen digits") {
        double worst = 0;
        for (int i = -60'000; i <= 60'000; ++i) {
            const double x = i / 100.0;
            worst = std::fmax(worst, std::abs(exponential(x) / std::exp(x) - 1.0));
        }
        CHECK(worst < 1e-14);
        CHECK(exponential(0.0) == 1.0);
    }

    TEST_CASE("far from zero σ is a number, and 0 or 1 but for what cannot be seen") {
        CHECK(logistic(-1e9) < 1e-300);
        CHECK(logistic(-1e9) >= 0.0);
        CHECK(logistic(1e9) == 1.0);
        CHECK(logistic(0.0) == 0.5);
        CHECK(logistic(std::log(3.0)) == doctest::Approx(0.75).epsilon(1e-14));
    }
}
