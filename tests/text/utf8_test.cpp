#include "text/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace carousel;

TEST_SUITE("text/utf8") {
    TEST_CASE("every scalar value survives encoding and is whole valid UTF-8") {
        for (char32_t c = 0; c <= 0x10FFFF; ++c) {
            if (c >= 0xD800 && c < 0xE000) continue;
            std::string text;
            append_utf8(c, text);
            if (code_point_at(text, 0) != c || utf8_length(text[0]) != text.size() ||
                valid_utf8_prefix(text) != text.size()) {
                FAIL("code point " << static_cast<unsigned>(c));
            }
        }
    }

    TEST_CASE(
        "surrogates, overlong forms and what is above U+10FFFF are invalid at their first byte") {
        for (const std::string text :
             {"\xED\xA0\x80", "\xED\xBF\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF",
              "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\x80"}) {
            CHECK(valid_utf8_prefix(text) == 0);
            CHECK(valid_utf8_prefix("sixteen and more letters " + text) == 25);
            CHECK_FALSE(utf8_flaw(text).incomplete);
        }
    }

    TEST_CASE("of all sequences of two bytes exactly those of table 3-7 are valid") {
        int valid = 0;
        for (int a = 0; a < 256; ++a) {
            for (int b = 0; b < 256; ++b) {
                const std::string text{static_cast<char>(a), static_cast<char>(b)};
                valid += valid_utf8_prefix(text) == 2;
            }
        }
        CHECK(valid == 128 * 128 + (0xDF - 0xC2 + 1) * 64);
    }

    TEST_CASE("a flaw is found wherever it stands in a long text, and a cut anywhere") {
        std::string text;
        for (int i = 0; text.size() < 700; ++i) {
            text += i % 3 == 0 ? "\u00e9" : i % 5 == 0 ? "\u8a9e" : i % 7 == 0 ? "\U0001F600" : "x";
            if (i == 60) text.append(200, 'a');  // and some blocks of ASCII
        }
        CHECK(valid_utf8_prefix(text) == text.size());
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::size_t begin = at;  // of the sequence that has the byte
            while (is_continuation(text[begin])) --begin;
            CAPTURE(at);
            REQUIRE(valid_utf8_prefix(std::string_view(text).substr(0, at)) == begin);
            for (const char flaw : {'\x80', '\xC1', '\xED', '\xF5', '\xFF', 'a'}) {
                std::string flawed = text;
                flawed[at] = flaw;
                const std::size_t valid = valid_utf8_prefix(flawed);
                std::size_t expected = 0;  // sequence by sequence: short texts are read so
                while (expected < flawed.size()) {
                    const auto rest = std::string_view(flawed).substr(expected, 4);
                    const auto length = valid_utf8_prefix(rest.substr(0, utf8_length(rest[0])));
                    if (length == 0) break;
                    expected += length;
                }
                REQUIRE(valid == expected);
            }
        }
    }

    TEST_CASE("a flaw is the maximal subpart, and incomplete only when more bytes could mend it") {
        CHECK(utf8_flaw("\xE2\x82").length == 2);
        CHECK(utf8_flaw("\xE2\x82").incomplete);
        CHECK(utf8_flaw("\xE2\x82x").length == 2);
        CHECK_FALSE(utf8_flaw("\xE2\x82x").incomplete);
        CHECK(utf8_flaw("\xF0\x9F\x98").length == 3);
        CHECK(utf8_flaw("\xE0\x80\x80").length == 1);
        CHECK(utf8_flaw("\xF4").incomplete);
        CHECK_FALSE(utf8_flaw("\xC0").incomplete);
    }
}
