#include "app/nearest_word.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("app/nearest_word") {
    TEST_CASE("the distance counts insertions, deletions, replacements and swaps of neighbours") {
        CHECK(edit_distance("", "") == 0);
        CHECK(edit_distance("", "abc") == 3);
        CHECK(edit_distance("layers", "layer") == 1);
        CHECK(edit_distance("layers", "mayers") == 1);
        CHECK(edit_distance("trian", "train") == 1);
        CHECK(edit_distance("kitten", "sitting") == 3);
    }

    TEST_CASE("no place is edited twice: ca to abc takes three edits") {
        CHECK(edit_distance("ca", "abc") == 3);
    }

    TEST_CASE("the distance is the same in both directions") {
        CHECK(edit_distance("hidden-size", "hiden_size") ==
              edit_distance("hiden_size", "hidden-size"));
    }

    TEST_CASE("a word is the start of one before it is a misspelling of another") {
        CHECK(nearest_word("hidden", {"hide", "hidden-size"}) == "hidden-size");
    }

    TEST_CASE("initials stand for a word of several parts") {
        CHECK(nearest_word("lr", {"layers", "learning-rate"}) == "learning-rate");
        CHECK(nearest_word("bs", {"beta1", "batch-size"}) == "batch-size");
    }

    TEST_CASE("a name in another program is known, where its meaning is here") {
        CHECK(nearest_word("rnn_size", {"window", "hidden-size"}) == "hidden-size");
        CHECK(nearest_word("seq-length", {"length", "window"}) == "window");
        CHECK(nearest_word("seq-length", {"length"}) == "length");
    }

    TEST_CASE("a word with little in common suggests nothing") {
        CHECK(nearest_word("zzzzzz", {"layers", "window"}) == std::nullopt);
        CHECK(nearest_word("layers", {}) == std::nullopt);
    }
}
