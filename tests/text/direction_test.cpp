#include "text/direction.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace carousel;

TEST_SUITE("text/direction") {
    TEST_CASE("the first letter says which way a text runs") {
        CHECK(direction_of("abc \u05d0") == Direction::left_to_right);
        CHECK(direction_of("12, \u0633\u0644\u0627\u0645 abc") == Direction::right_to_left);
        CHECK(direction_of("\u05e9\u05dc\u05d5\u05dd") == Direction::right_to_left);
        CHECK(direction_of("\u65e5\u672c") == Direction::left_to_right);
        CHECK(direction_of("\U00010348") == Direction::left_to_right);
    }

    TEST_CASE("a text without a letter has no direction") {
        for (const std::string_view text : {"", " \n", "12.5 + 3", "\u064b\u0661", "\xff\xd7"})
            CHECK_FALSE(direction_of(text).has_value());
    }
}
