#include "adaptation/adaptation_descriptions.hpp"

#include <doctest/doctest.h>

#include "support/described.hpp"

using namespace carousel;

TEST_SUITE("adaptation/adaptation_descriptions") {
    TEST_CASE("every setting of learning while reading is described once") {
        check_every_field_is_described<AdaptationConfig>();
    }
}
