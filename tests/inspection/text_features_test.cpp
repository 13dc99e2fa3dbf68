#include "inspection/text_features.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace carousel;

namespace {

std::vector<std::string> characters_of(std::u32string_view text) {
    std::vector<std::string> characters;
    for (const char32_t c : text) {
        std::string one;
        if (c < 0x80) {
            one += static_cast<char>(c);
        } else if (c < 0x800) {
            one += static_cast<char>(0xC0 | c >> 6);
            one += static_cast<char>(0x80 | (c & 0x3F));
        } else {
            one += static_cast<char>(0xE0 | c >> 12);
            one += static_cast<char>(0x80 | (c >> 6 & 0x3F));
            one += static_cast<char>(0x80 | (c & 0x3F));
        }
        characters.push_back(one);
    }
    return characters;
}

/// A feature as digits, one a character: "0011".
std::string feature(std::u32string_view text, std::string_view name) {
    const auto all = text_features(characters_of(text));
    const auto found = std::ranges::find(all, name, &TextFeature::name);
    REQUIRE(found != all.end());
    std::string digits;
    for (const float value : found->values)
        digits += static_cast<char>('0' + static_cast<int>(value));
    return digits;
}

std::vector<std::size_t> boundary(std::u32string_view text, std::string_view name) {
    const auto all = text_boundaries(characters_of(text));
    const auto found = std::ranges::find(all, name, &TextBoundary::name);
    REQUIRE(found != all.end());
    return found->places;
}

}  // namespace

TEST_SUITE("inspection/text_features") {
    TEST_CASE("lines are counted from their first character, and their ends seen") {
        CHECK(feature(U"ab\n\ncd", "place in line") == "122012");
        CHECK(feature(U"ab\n\ncd", "line end") == "001100");
        CHECK(feature(U"ab\n\ncd", "line end next") == "011000");
        CHECK(feature(U"  a b\n\tc", "indentation") == "11000010");
        CHECK(boundary(U"ab\n\ncd\n", "line ends") == std::vector<std::size_t>{2, 3, 6});
        CHECK(boundary(U"ab\n \ncd\n", "blank lines") == std::vector<std::size_t>{4});
    }

    TEST_CASE("quotation marks of any form open and close, and a blank line closes them") {
        CHECK(feature(U"a\"b\"c", "quotes") == "01100");
        CHECK(feature(U"a\u201Cb\u201Dc", "quotes") == "01100");
        CHECK(feature(U"\u201Eb\u201Cc", "quotes") == "1100");
        CHECK(feature(U"\u00ABb\u00BBc", "quotes") == "1100");
        CHECK(feature(U"don't", "quotes") == "00000");
        CHECK(feature(U"\"a\n\nb", "quotes") == "11100");
        CHECK(boundary(U"\"a\" b \"c", "closing quotes") == std::vector<std::size_t>{2});
    }

    TEST_CASE("brackets are counted, and one that was never opened closes nothing") {
        CHECK(feature(U"a(b[c])d)", "depth") == "011221000");
        CHECK(feature(U"a(b[c])d)", "brackets") == "011111000");
        CHECK(boundary(U"a(b))", "closing brackets") == std::vector<std::size_t>{3});
    }

    TEST_CASE("comments of programs are seen, addresses are none") {
        CHECK(feature(U"a /* b */ c", "comments") ==
              "00011111"
              "000");
        CHECK(feature(U"a // b\nc", "comments") ==
              "0001110"
              "0");
        CHECK(feature(U"http://b", "comments") == "00000000");
        CHECK(feature(U"// *//\nc", "comments") == "01111100");
    }

    TEST_CASE("words, capitals, digits and ends of sentences are those of any script") {
        CHECK(feature(U"A\u00C4b c", "upper case") == "11000");
        CHECK(feature(U"HAM Ha", "capitals") == "011000");
        CHECK(feature(U"ab c1", "between words") == "00100");
        CHECK(feature(U"ab c1", "place in word") == "12010");
        CHECK(feature(U"a1\u0663", "digits") == "011");
        CHECK(feature(U"a. b", "sentence end") == "0110");
        CHECK(feature(U"\u05D0\u3002\u05D1", "sentence end") == "010");
        CHECK(boundary(U"ab, c!", "ends of words") == std::vector<std::size_t>{2, 5});
    }
}
