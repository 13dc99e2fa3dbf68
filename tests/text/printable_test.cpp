#include "text/printable.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"
#include "support/text_pieces.hpp"

using namespace carousel;
using namespace std::string_literals;

TEST_SUITE("text/printable") {
    TEST_CASE("what drives a terminal or misleads its reader is escaped") {
        CHECK(printable("\x1b[2J\x07\x7f") == "\\x1b[2J\\x07\\x7f");
        CHECK(printable("a\0b"s) == "a\\x00b");
        CHECK(printable("\u0085\u009b") == "\\u0085\\u009b");
        CHECK(printable("\u202eabc\u2066\u200f\u061c\ufeff") ==
              "\\u202eabc\\u2066\\u200f\\u061c\\ufeff");
        CHECK(printable("a\xFF\xC3") == "a\\xff\\xc3");
        CHECK(printable("\xC2\x9B"s) == "\\u009b");
        CHECK(printable("\x9B"s) == "\\x9b");
    }

    TEST_CASE("what is no character is escaped") {
        CHECK(printable("\ufffe\uffff\ufdd0") == "\\ufffe\\uffff\\ufdd0");
        CHECK(printable("\U0001fffe\U0010ffff") == "\\u{1fffe}\\u{10ffff}");
        CHECK(unescape("\\u{1fffe}") == "\U0001fffe");
        CHECK(printable("\ufffd\ufdcf") == "\ufffd\ufdcf");
    }

    TEST_CASE("newline and tab pass unless they are to be escaped; a return never passes") {
        CHECK(printable("a\tb\n\r") == "a\tb\n\\x0d");
        CHECK(printable("a\tb\n", Whitespace::escape) == "a\\tb\\n");
    }

    TEST_CASE("text of every script passes as it is") {
        const std::string text = polyglot();
        if (text.find("\u200f") == std::string::npos && text.find("\u200e") == std::string::npos) {
            CHECK(printable(text) == text);
        }
        CHECK(printable("\u0939\u093f \u0e01\u0e34 \U0001F468\u200D\U0001F469") ==
              "\u0939\u093f \u0e01\u0e34 \U0001F468\u200D\U0001F469");
    }

    TEST_CASE("width counts East Asian wide characters twice and marks not at all") {
        CHECK(display_width("abc") == 3);
        CHECK(display_width("\u65e5\u672c") == 4);
        CHECK(display_width("e\u0301\u200d") == 1);
        CHECK(display_width("\uff21\uac00") == 4);
        CHECK(display_width("\U0001F600") == 2);
        CHECK(display_width("\xFFx") == 2);
        CHECK(cut_to_width("\u65e5\u672cx", 3) == "\u65e5");
        CHECK(cut_to_width("e\u0301\u0323x", 1) == "e\u0301\u0323");
        CHECK(cut_to_width("abc", 9) == "abc");
        CHECK(cut_to_width("abc", 0).empty());
    }

    TEST_CASE("escapes mean what they say") {
        CHECK(unescape("a\\nb\\tc\\\\n") == "a\nb\tc\\n");
        CHECK(unescape("\\u00e9\\u{1F600}\\u{9}") == "\u00e9\U0001F600\t");
        CHECK(unescape("\\ud83d\\ude00") == "\U0001F600");
        CHECK(unescape("plain \u65e5 text") == "plain \u65e5 text");
    }

    TEST_CASE("an escape that means nothing is refused with its position") {
        for (const char* text :
             {"ab\\x", "ab\\", "ab\\u12", "ab\\u{}", "ab\\u{110000}", "ab\\ud83d", "ab\\ude00",
              "ab\\u{12", "ab\\uzzzz", "ab\\ud83dx", "ab\\u{0000041}"}) {
            CAPTURE(text);
            CHECK_THROWS_WITH_AS(unescape(text), doctest::Contains("at byte 2"), UsageError);
        }
    }
}
