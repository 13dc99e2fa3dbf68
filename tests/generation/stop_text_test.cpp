#include "generation/stop_text.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace carousel;

namespace {

struct Result {
    std::string text;
    bool found;
};

Result feed(const std::string& stop, const std::vector<std::string>& pieces) {
    StopText stop_text(stop, Unit::codepoint);
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
        StopText stop("aab", Unit::codepoint);
        CHECK(stop.push("xa") == "x");
        CHECK(stop.push("a").empty());
        CHECK(stop.push("a") == "a");  // "aa" may still go on
        CHECK(stop.push("c") == "aac");
        CHECK(stop.push("aa").empty());
        CHECK(stop.finish() == "aa");
        CHECK_FALSE(stop.found());
    }

    TEST_CASE("what holds back what another held back goes on as it would") {
        StopText stop("aab", Unit::codepoint);
        CHECK(stop.push("xaa") == "x");
        StopText other("aab", Unit::codepoint, stop.held());
        CHECK(other.push("by").empty());
        CHECK(other.found());
        CHECK_THROWS_AS(StopText("aab", Unit::codepoint, "b"), std::invalid_argument);
        CHECK_THROWS_AS(StopText("aab", Unit::codepoint, "aab"), std::invalid_argument);
        CHECK_THROWS_AS(StopText("", Unit::codepoint, "a"), std::invalid_argument);
    }

    TEST_CASE("without a stop text everything comes at once") {
        StopText stop("", Unit::codepoint);
        CHECK(stop.push("abc") == "abc");
        CHECK(stop.finish().empty());
        CHECK_FALSE(stop.found());
    }

    TEST_CASE("what did not come out is counted: the stop text and the rest of its piece") {
        StopText stop("\u00e9ND", Unit::codepoint);
        CHECK(stop.push("a\u00e9") == "a");
        CHECK(stop.withheld().units == 1);
        CHECK(stop.withheld().bytes == 2);
        CHECK(stop.lacking() == "ND");
        stop.push("NDx\u00fc");
        CHECK(stop.found());
        CHECK(stop.withheld().units == 5);
        CHECK(stop.withheld().bytes == 7);
        CHECK(stop.push("more").empty());
        CHECK(stop.finish().empty());
        CHECK(stop.held().empty());
    }

    TEST_CASE("a stop text begins and ends where characters of the model do") {
        const std::string family = "\U0001F469\u200D\U0001F467", mark = "\u0301";
        const auto found = [](const std::string& stop, const std::string& text) {
            StopText stop_text(stop, Unit::grapheme);
            stop_text.push(text);
            return stop_text.found();
        };
        CHECK_FALSE(found("\u200D\U0001F467", family));
        CHECK_FALSE(found("\U0001F467", family + "a"));
        CHECK_FALSE(found("e", "e" + mark));
        CHECK(found("e" + mark, "xe" + mark));
        CHECK(found(family + "\n", "a" + family + "\nb"));
    }

    TEST_CASE("every text is searched as a plain search finds it") {
        // all texts of eight letters a and b, and all stop texts of up to four
        const auto letters = [](unsigned bits, unsigned count) {
            std::string text;
            for (unsigned i = 0; i < count; ++i) text += bits >> i & 1 ? 'b' : 'a';
            return text;
        };
        bool same = true;
        for (unsigned length = 1; length <= 4; ++length)
            for (unsigned s = 0; s < 1U << length; ++s)
                for (unsigned t = 0; t < 256; ++t) {
                    const auto stop = letters(s, length), text = letters(t, 8);
                    std::vector<std::string> pieces;
                    for (const char letter : text) pieces.emplace_back(1, letter);
                    same &= feed(stop, pieces).text == text.substr(0, text.find(stop));
                }
        CHECK(same);
    }

    TEST_CASE("a stop text that is not UTF-8 is refused unless the text is bytes") {
        CHECK_THROWS_AS(StopText("\x80", Unit::codepoint), std::invalid_argument);
        CHECK_THROWS_AS(StopText("a\xE2\x82", Unit::grapheme), std::invalid_argument);
        StopText stop("\x80", Unit::byte);
        CHECK(stop.push("\xE2\x80") == "\xE2");
        CHECK(stop.found());
    }
}
