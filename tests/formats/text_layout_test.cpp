#include "formats/text_layout.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("formats/text_layout") {
    TEST_CASE("white space is one blank within a line and none at its ends, however it is cut") {
        TextLayout layout;
        for (const char* piece : {" \n", "The", " ", "\t", "sea ", " was", " calm", ". \n"})
            layout.text(piece);
        layout.end_line();
        layout.text("  It");
        layout.text("s waves");
        CHECK(layout.take() == "The sea was calm.\nIts waves\n");
        CHECK(layout.take().empty());
    }

    TEST_CASE("lines end, breaks leave empty ones, and paragraphs stand apart once") {
        TextLayout layout;
        layout.separate();
        layout.text("one");
        layout.end_line();
        layout.end_line();
        layout.text("two");
        layout.break_line();
        layout.break_line();
        layout.text("three");
        layout.separate();
        layout.separate();
        layout.text("four");
        CHECK(layout.take() == "one\ntwo\n\nthree\n\nfour\n");
    }

    TEST_CASE("text that is laid out already keeps its blanks") {
        TextLayout layout;
        layout.preformatted("  if (x)\n    y;\n");
        layout.end_line();
        layout.preformatted("z");
        CHECK(layout.take() == "  if (x)\n    y;\nz\n");
    }
}
