#include "training/gradient_clipping.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("training/gradient_clipping") {
    TEST_CASE("the factor brings the norm to the bound and leaves smaller ones alone") {
        CHECK(clipping_factor(5, 1) == 0.2F);
        CHECK(clipping_factor(1, 1) == 1);
        CHECK(clipping_factor(0.5, 1) == 1);
        CHECK(clipping_factor(0, 1) == 1);
        CHECK(clipping_factor(1000, 0) == 1);  // no bound
    }
}
