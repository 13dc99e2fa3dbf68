#include "filling/agreement.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace carousel;

TEST_SUITE("filling/agreement") {
    TEST_CASE("what one net finds as much likelier as the other one less is undecided") {
        CHECK(agreed({.forward = -1, .backward = -5}) == agreed({.forward = -5, .backward = -1}));
        CHECK(agreed({.forward = -1, .backward = -2}) > agreed({.forward = -2, .backward = -2}));
    }

    TEST_CASE("shares sum to one, however small the probabilities are") {
        std::vector<double> scores{-2000, -2001, -5000};
        normalize(scores);
        CHECK(scores[0] == doctest::Approx(0.731059));
        CHECK(scores[0] + scores[1] + scores[2] == doctest::Approx(1));
        CHECK(scores[2] == 0);
        std::vector<double> none;
        normalize(none);
        CHECK(none.empty());
    }
}
