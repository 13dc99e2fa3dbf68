#include "text/text_descriptions.hpp"

#include <doctest/doctest.h>

#include "support/described.hpp"

using namespace carousel;

TEST_SUITE("text/text_descriptions") {
    TEST_CASE("every field of text and decoding is described once") {
        check_every_field_is_described<TextSettings>();
        check_every_field_is_described<DecodingSettings>();
    }
}
