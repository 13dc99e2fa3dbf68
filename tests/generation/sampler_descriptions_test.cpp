#include "generation/sampler_descriptions.hpp"

#include <doctest/doctest.h>

#include "support/described.hpp"

using namespace carousel;

TEST_SUITE("generation/sampler_descriptions") {
    TEST_CASE("every control of sampling is described once") {
        check_every_field_is_described<SamplerConfig>();
    }
}
