#include "report/surprisal_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <regex>
#include <vector>

#include "support/well_formed.hpp"
#include "text/utf8.hpp"

using namespace carousel;

namespace {

constexpr double k_bit = std::numbers::ln2;

std::string coloured(std::string_view character, double bits,
                     const std::vector<LikelyText>& likely = {}) {
    std::string html;
    append_coloured({.text = character, .nats = bits * k_bit, .likely = likely}, html);
    return html;
}

SurprisalText text_of(std::string_view text, double bits, std::uint64_t most = 1000) {
    SurprisalText shown(most);
    LinePlace place{0, 1};
    if (!text.empty()) shown.start_line(place);
    for (std::size_t at = 0; at < text.size();) {
        const auto length = utf8_length(text[at]);
        shown.add({text.substr(at, length), bits * k_bit});
        if (text[at] == '\n' && at + 1 < text.size()) {
            ++place.line;
            shown.start_line(place);
        }
        at += length;
    }
    return shown;
}

/// What a reader sees: the page without its elements.
std::string seen(const std::string& html) {
    return std::regex_replace(html, std::regex("<[^>]*>|\n"), "");
}

}  // namespace

TEST_SUITE("report/surprisal_text") {
    TEST_CASE("a character has the shade of its bits and tells them") {
        CHECK(coloured("a", 0.25) == "<i data-b=\"0.25\">a</i>");
        CHECK(coloured("a", 2.5) == "<i class=\"s2\" data-b=\"2.50\">a</i>");
        CHECK(coloured("<", 12.34) == "<i class=\"s7\" data-b=\"12.3\" tabindex=\"0\">&lt;</i>");
    }

    TEST_CASE("what had been expected instead is told with its probability, and not itself") {
        const std::vector<LikelyText> likely{{"e", 0.4512},  {"x", 0.25}, {" ", 0.0312},
                                             {"\n", 0.0123}, {"", 0.011}, {"q", 0.0001}};
        CHECK(coloured("x", 2, likely) ==
              "<i class=\"s2\" data-b=\"2.00\" data-p=\"25 %\" data-e=\"e 45 %, \u2423 3.1 %, "
              "\u21b5 1.2 %, the end 1.1 %\">x</i>");
        CHECK(coloured("e", 1.9, likely).find("data-e") == std::string::npos);
        const auto trap = coloured("x", 2, {{"\"<\u202e", 0.5}});
        CHECK(trap.find("&quot;&lt;\\u202e 50 %") != std::string::npos);
        CHECK(WellFormed::flaw(trap) == "");
    }

    TEST_CASE("the keyboard stops at great surprises only") {
        CHECK(coloured("a", 4.9).find("tabindex") == std::string::npos);
        CHECK(coloured("a", 5.1).find("tabindex=\"0\"") != std::string::npos);
    }

    TEST_CASE("blanks get a mark where they are surprising") {
        CHECK(coloured(" ", 0.5) == "<i data-b=\"0.50\"> </i>");
        CHECK(coloured(" ", 5) == "<i class=\"s4 w\" data-b=\"5.00\" tabindex=\"0\"> </i>");
        CHECK(coloured("\t", 5) == "<i class=\"s4 t\" data-b=\"5.00\" tabindex=\"0\">\t</i>");
        CHECK(coloured("\n", 0) == "<i class=\"n\" data-b=\"0.00\"></i>");
        CHECK(coloured("\r\n", 5) ==
              "<i class=\"s4 n\" data-b=\"5.00\" tabindex=\"0\"><b>\u240d</b></i>");
    }

    TEST_CASE("lines stay lines, empty ones too") {
        const auto html = text_of("ab\n\nc", 0).html();
        CHECK(WellFormed::flaw(html) == "");
        const std::regex line("<p ");
        CHECK(std::distance(std::sregex_iterator(html.begin(), html.end(), line), {}) == 3);
        CHECK(seen(html) == "abc");
    }

    TEST_CASE("a text full of traps comes out harmless and readable") {
        const std::string text =
            "<script>alert('\"&')</script>\n\u202eevil\u202c e\u0301\u0301 \U0001F600 \u65e5 "
            "</p></section><b>";
        auto shown = text_of(text, 4);
        shown.add({std::string_view("\0", 1), 1});
        shown.add({"\xff", 1});
        const auto html = shown.html();
        CHECK(WellFormed::flaw(html) == "");
        CHECK(reach(html) == "");
        CHECK(html.find("\u202e") == std::string::npos);
        const auto words = seen(html);
        for (const char* part : {"&lt;script&gt;", "U+202E", "evil", "\U0001F600", "\u65e5",
                                 "e\u0301\u0301", "\u2400", "0xFF"}) {
            CHECK_MESSAGE(words.find(part) != std::string::npos, part);
        }
    }

    TEST_CASE("so many characters are shown, and all are counted") {
        const auto shown = text_of("abc\ndef\n", 1, 5);
        CHECK(seen(shown.html()) == "abcd");
        CHECK(shown.shown() == 5);
        CHECK(shown.count() == 8);
        CHECK(WellFormed::flaw(shown.html()) == "");
    }

    TEST_CASE("a text may end anywhere, also at the end of a block of lines") {
        for (int lines = 0; lines < 120; ++lines) {
            std::string text;
            for (int i = 0; i < lines; ++i) text += "x\n";
            CHECK(WellFormed::flaw(text_of(text, 1).html()) == "");
            CHECK(WellFormed::flaw(text_of(text + "y", 1).html()) == "");
        }
    }

    TEST_CASE("each document begins under its name, and each line has its number") {
        SurprisalText shown(10);
        shown.start_document("one.txt");
        shown.start_line({0, 7});
        shown.add({"a", 1});
        shown.start_document("two <.txt");
        shown.start_line({1, 1});
        shown.add({"b", 1});
        const auto html = shown.html();
        CHECK(WellFormed::flaw(html) == "");
        const auto first = html.find("<h3>one.txt</h3>"),
                   second = html.find("<h3>two &lt;.txt</h3>");
        REQUIRE(second != std::string::npos);
        CHECK(first < html.find("<p id=\"l0-7\" data-n=\"7\">"));
        CHECK(html.find(">a<") < second);
        CHECK(html.find("<p id=\"l1-1\" data-n=\"1\">") > second);
    }

    TEST_CASE("a listed line leads back to its entry, if it is shown") {
        const auto shown = text_of("ab\ncd\nef\n", 1, 6);
        CHECK(shown.shows({0, 2}));
        CHECK_FALSE(shown.shows({0, 3}));
        CHECK_FALSE(shown.shows({1, 2}));
        const auto html = shown.html(std::vector<LinePlace>{{0, 3}, {0, 2}});
        CHECK(WellFormed::flaw(html) == "");
        CHECK(reach(html) == "");
        CHECK(std::regex_search(html, std::regex("<p id=\"l0-2\"[^>]*><a href=\"#s2\"")));
        CHECK(html.find("href=\"#s1\"") == std::string::npos);
    }

    TEST_CASE("a line without a letter stands on the side of the line before it") {
        const std::string persian = "\u0633\u0644\u0627\u0645";
        const auto sides = [](const std::string& text) {
            const auto html = text_of(text, 1).html();
            std::string all;
            const std::regex line("<p [^>]*>");
            for (std::sregex_iterator at(html.begin(), html.end(), line), end; at != end; ++at)
                all += (*at)[0].str().find("dir=\"rtl\"") != std::string::npos ? 'r' : 'l';
            return all;
        };
        CHECK(sides(persian + "\n\n12\n" + persian + "\n") == "rrrr");
        CHECK(sides("\n\n" + persian + "\n") == "rrr");
        CHECK(sides("abc\n\n" + persian + "\n\nabc\n\n") == "llrrll");
        CHECK(sides("\n12\n") == "ll");
        CHECK(sides("\u200f\n" + persian) == "rr");
    }
}
