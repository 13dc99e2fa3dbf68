#include "evaluation/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

using namespace carousel;

TEST_SUITE("evaluation/metrics") {
    TEST_CASE("all measures follow from the sums") {
        // Three characters of four bytes, each as likely as one of eight: nine bits.
        const Metrics metrics{.nats = 3 * std::log(8.0), .characters = 3, .bytes = 4};
        CHECK(nats_per_character(metrics) == doctest::Approx(2.0794415416798357).epsilon(1e-15));
        CHECK(bits_per_character(metrics) == doctest::Approx(3).epsilon(1e-15));
        CHECK(bits_per_byte(metrics) == doctest::Approx(9.0 / 4).epsilon(1e-15));
        CHECK(perplexity(metrics) == doctest::Approx(8).epsilon(1e-14));
    }

    TEST_CASE("a text without characters has no measures") {
        CHECK_THROWS_AS(nats_per_character({}), std::logic_error);
        CHECK_THROWS_AS(bits_per_byte({}), std::logic_error);
    }
}
