#include "app/recovery.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("app/recovery") {
    TEST_CASE("each divergence halves the learning rate, and the fourth is one too many") {
        std::uint32_t divergences = 0;
        float scale = 1;
        for (const float expected : {0.5F, 0.25F, 0.125F}) {
            const auto recovery = recover(divergences, scale);
            REQUIRE(recovery);
            CHECK(recovery->learning_rate_scale == expected);
            divergences = recovery->divergences;
            scale = recovery->learning_rate_scale;
        }
        CHECK(divergences == 3);
        CHECK_FALSE(recover(divergences, scale));
    }
}
