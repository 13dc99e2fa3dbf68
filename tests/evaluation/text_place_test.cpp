#include "evaluation/text_place.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/tiny_corpus.hpp"

using namespace carousel;

TEST_SUITE("evaluation/text_place") {
    TEST_CASE("lines are counted in each document, characters in all") {
        // \u65e5 is spelled in three symbols.
        const TinyCorpus corpus({"a\nb\u65e5\n", "bb\n\na"}, {.min_count = 2});
        REQUIRE(corpus->tokens() == 1 + 4 + 3 + 1 + 5);
        const struct {
            std::uint64_t index, document, line, character;
        } places[] = {
            {1, 0, 1, 0},  // a
            {2, 0, 1, 1},  // the newline ends its line
            {3, 0, 2, 2},  // b
            {4, 0, 2, 3},  // the ideograph
            {7, 0, 2, 4},  // the newline behind its three symbols
            {9, 1, 1, 5},  // b of the second document, behind the separator
            {11, 1, 1, 7}, {12, 1, 2, 8}, {13, 1, 3, 9},
        };
        TextPlace walked(*corpus);
        for (const auto& [index, document, line, character] : places) {
            TextPlace jumped(*corpus);
            jumped.go_to(index);
            walked.go_to(index);
            for (const TextPlace& place : {walked, jumped}) {
                CHECK(place.document() == document);
                CHECK(place.line() == line);
                CHECK(place.character() == character);
            }
        }
    }

    TEST_CASE("a newline that is part of a cluster ends a line") {
        const TinyCorpus corpus({"a\r\nb\r\n"},
                                {.unit = Unit::grapheme, .newlines = Newlines::keep});
        TextPlace place(*corpus);
        place.go_to(3);
        CHECK(place.line() == 2);
        CHECK(place.character() == 2);
    }

    TEST_CASE("there is no way back") {
        const TinyCorpus corpus({"abc"});
        TextPlace place(*corpus);
        place.go_to(2);
        place.go_to(2);
        CHECK_THROWS_AS(place.go_to(1), std::logic_error);
    }
}
