#include "base/floating_point_mode.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace carousel;

namespace {

/// Whether this thread keeps numbers below the smallest normal one, as it does when it starts.
bool keeps_small_numbers() {
    volatile float small = std::numeric_limits<float>::min();
    small = small / 4;
    return small > 0;
}

}  // namespace

TEST_SUITE("base/floating_point_mode") {
    TEST_CASE("denormals are zero while a guard lives, and not before or after") {
        CHECK(keeps_small_numbers());
        {
            const FlushDenormals outer;
            CHECK_FALSE(keeps_small_numbers());
            { const FlushDenormals inner; }
            CHECK_FALSE(keeps_small_numbers());
        }
        CHECK(keeps_small_numbers());
    }
}
