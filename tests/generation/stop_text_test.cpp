#include "generation/stop_text.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using carousel::StopText;

namespace {

struct Result {
    std::string text;
    bool found;
};

Result feed(const std::string& stop, const std::vector<std::string>& pieces) {
    StopText stop_text(stop);
    std::string text;
    for (const auto& piece : pieces) text += stop_text.push(piece);
    text += stop_text.finish();
    return {text, stop_text.found()};
}

}  // namespace

TEST_SUITE("generation/stop_text") {
    TEST_CASE("text before the stop text comes out and nothing after it") {
        const auto [text, found] = feed("END", {"one ", "two END", " three"});
        CHECK(text == "one two ");
        CHECK(found);
    }

    TEST_CASE("a stop text spread over many pieces is found") {
        for (const auto& pieces : std::vector<std::vector<std::string>>{
                 {"a", "b", "E", "N", "D"}, {"abE", "ND"}, {"ab", "END"}, {"a", "bEN", "Dx"}}) {
            const auto [text, found] = feed("END", pieces);
            CHECK(text == "ab");
            CHECK(found);
        }
    }

    TEST_CASE("what may become the stop text is held back and comes when it does not") {
        StopText stop("aab");
        CHECK(stop.push("xa") == "x");
        CHECK(stop.push("a").empty());
        CHECK(stop.push("a") == "a");  // "aa" may still go on
        CHECK(stop.push("c") == "aac");
        CHECK(stop.push("aa").empty());
        CHECK(stop.finish() == "aa");
        CHECK_FALSE(stop.found());
    }

    TEST_CASE("what holds back what another held back goes on as it would") {
        StopText stop("aab");
        CHECK(stop.push("xaa") == "x");
        StopText other("aab", stop.held());
        CHECK(other.push("by").empty());
        CHECK(other.found());
        CHECK_THROWS_AS(StopText("aab", "b"), std::invalid_argument);
        CHECK_THROWS_AS(StopText("aab", "aab"), std::invalid_argument);
        CHECK_THROWS_AS(StopText("", "a"), std::invalid_argument);
    }

    TEST_CASE("without a stop text everything comes at once") {
        StopText stop("");
        CHECK(stop.push("abc") == "abc");
        CHECK(stop.finish().empty());
        CHECK_FALSE(stop.found());
    }

    TEST_CASE("what was dropped is the stop text and the rest of its piece") {
        StopText stop("END");
        stop.push("aE");
        stop.push("NDxy");
        CHECK(stop.dropped() == "ENDxy");
        CHECK(stop.push("more").empty());
        CHECK(stop.finish().empty());
    }
}
