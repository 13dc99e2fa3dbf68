#include "cli/wrap.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("cli/wrap") {
    TEST_CASE("lines are broken between words and no longer than asked") {
        CHECK(wrapped("one two three four", 9) == "one two\nthree\nfour");
        CHECK(wrapped("one two three four", 13, 4, 4) == "one two\n    three\n    four");
        CHECK(wrapped("exactly ten", 11) == "exactly ten");
    }

    TEST_CASE("a word that is longer than a line stands alone, whole") {
        CHECK(wrapped("a 0123456789 b", 5) == "a\n0123456789\nb");
    }

    TEST_CASE("a command in backquotes is one word") {
        CHECK(wrapped("say `carousel train a.txt` now", 14) == "say\n`carousel train a.txt`\nnow");
        CHECK(wrapped("a ` alone is a word", 10) == "a ` alone\nis a word");
    }

    TEST_CASE("columns are counted as a terminal shows them") {
        CHECK(wrapped("\u65e5\u672c \u8a9e\u6587", 8) == "\u65e5\u672c\n\u8a9e\u6587");
        CHECK(wrapped("\u00e4\u00f6 \u00fc\u00df", 5) == "\u00e4\u00f6 \u00fc\u00df");
    }

    TEST_CASE("blanks between words stay, but none at the end of a broken line") {
        CHECK(wrapped("a  b", 9) == "a  b");
        CHECK(wrapped("one  two", 5) == "one\ntwo");
    }

    TEST_CASE("each line goes on below its own beginning, and empty lines stay") {
        CHECK(wrapped_lines("    one two three\n\nx", 11) == "    one two\n    three\n\nx");
        CHECK(wrapped_lines("\nsample:\n", 40) == "\nsample:\n");
        CHECK(wrapped_lines("", 40).empty());
    }
}
