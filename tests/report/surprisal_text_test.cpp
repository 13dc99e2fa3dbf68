#include "report/surprisal_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <regex>

#include "support/well_formed.hpp"
#include "text/utf8.hpp"

using namespace carousel;

namespace {

constexpr double k_bit = std::numbers::ln2;

std::string coloured(std::string_view character, double bits) {
    std::string html;
    append_coloured(character, bits * k_bit, html);
    return html;
}

SurprisalText text_of(std::string_view text, double bits, std::uint64_t most = 1000) {
    SurprisalText shown(most);
    for (std::size_t at = 0; at < text.size();) {
        const auto length = utf8_length(text[at]);
        shown.add(text.substr(at, length), bits * k_bit);
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
        CHECK(coloured("<", 12.34) == "<i class=\"s7\" data-b=\"12.3\">&lt;</i>");
    }

    TEST_CASE("blanks get a mark where they are surprising") {
        CHECK(coloured(" ", 0.5) == "<i data-b=\"0.50\"> </i>");
        CHECK(coloured(" ", 5) == "<i class=\"s4 w\" data-b=\"5.00\"> </i>");
        CHECK(coloured("\t", 5) == "<i class=\"s4 t\" data-b=\"5.00\">\t</i>");
        CHECK(coloured("\n", 0) == "<i class=\"n\" data-b=\"0.00\"></i>");
        CHECK(coloured("\r\n", 5) == "<i class=\"s4 n\" data-b=\"5.00\"><b>\u240d</b></i>");
    }

    TEST_CASE("lines stay lines, empty ones too") {
        const auto html = text_of("ab\n\nc", 0).html();
        CHECK(WellFormed::flaw(html) == "");
        const std::regex line("<p>");
        CHECK(std::distance(std::sregex_iterator(html.begin(), html.end(), line), {}) == 3);
        CHECK(seen(html) == "abc");
    }

    TEST_CASE("a text full of traps comes out harmless and readable") {
        const std::string text =
            "<script>alert('\"&')</script>\n\u202eevil\u202c e\u0301\u0301 \U0001F600 \u65e5 "
            "</p></section><b>";
        auto shown = text_of(text, 4);
        shown.add(std::string_view("\0", 1), 1);
        shown.add("\xff", 1);
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

    TEST_CASE("documents are parted by a line") {
        SurprisalText shown(10);
        shown.start_document();
        shown.add("a", 1);
        shown.start_document();
        shown.add("b", 1);
        const auto html = shown.html();
        CHECK(WellFormed::flaw(html) == "");
        const auto rule = html.find("<hr/>");
        REQUIRE(rule != std::string::npos);
        CHECK(html.find("<hr/>", rule + 1) == std::string::npos);
        CHECK(html.find(">a<") < rule);
        CHECK(html.find(">b<") > rule);
    }
}
