#include "report/markup.hpp"

#include <doctest/doctest.h>

#include "support/well_formed.hpp"

using namespace carousel;

TEST_SUITE("report/markup") {
    TEST_CASE("what means something in HTML becomes a reference") {
        const char* text = "<script>alert(\"a&b\")</script> it's";
        const char* harmless = "&lt;script&gt;alert(&quot;a&amp;b&quot;)&lt;/script&gt; it&#39;s";
        CHECK(visible_markup(text) == harmless);
        CHECK(plain_markup(text) == harmless);
    }

    TEST_CASE("a reference in the text stays what it is in the text") {
        CHECK(visible_markup("&amp; &#0;") == "&amp;amp; &amp;#0;");
    }

    TEST_CASE("control characters are shown as their pictures") {
        CHECK(visible_markup(std::string_view("a\0b", 3)) == "a<b>\u2400</b>b");
        CHECK(visible_markup("\x1b[31m") == "<b>\u241b</b>[31m");
        CHECK(visible_markup("\x7f\r\f") == "<b>\u2421</b><b>\u240d</b><b>\u240c</b>");
        CHECK(visible_markup("\u0085") == "<b>U+0085</b>");
    }

    TEST_CASE("newline and tab stay") {
        CHECK(visible_markup("a\n\tb") == "a\n\tb");
    }

    TEST_CASE("what turns or hides the text around it is named") {
        CHECK(visible_markup("a\u202eb") == "a<b>U+202E</b>b");
        CHECK(visible_markup("\u2066\u2069") == "<b>U+2066</b><b>U+2069</b>");
        CHECK(visible_markup("\u200b\u00ad") == "<b>U+200B</b><b>U+00AD</b>");
        CHECK(visible_markup("\U000E0041") == "<b>U+E0041</b>");
        CHECK(visible_markup("\ufeff") == "<b>U+FEFF</b>");
    }

    TEST_CASE("what XML and HTML forbid is named, everywhere") {
        for (const char* text : {"\ufffe", "\uffff", "\ufdd0", "\ufdef", "\U0001FFFE", "\U0010FFFF",
                                 "\u0080", "\u009f"}) {
            CHECK(visible_markup(text).starts_with("<b>U+"));
            CHECK(WellFormed::flaw("<p>" + std::string(text) + "</p>") != "");
            CHECK(WellFormed::flaw("<p>" + visible_markup(text) + "</p>") == "");
            CHECK(WellFormed::flaw("<p title=\"" + plain_markup(text) + "\"></p>") == "");
        }
        CHECK(plain_markup("\ufffe") == "\\ufffe");
        CHECK(visible_markup("\ufdcf\ufffd") == "\ufdcf\ufffd");
    }

    TEST_CASE("scripts of all kinds pass as they are") {
        for (const char* text :
             {"\u65e5\u672c\u8a9e", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "e\u0301 \u0301",
              "\U0001F469\u200D\U0001F52C", "\u0915\u094d\u200d\u0937", "\U00010348",
              "\u2764\ufe0f", "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"}) {
            CHECK(visible_markup(text) == text);
        }
    }

    TEST_CASE("bytes that are not UTF-8 are shown as bytes") {
        CHECK(visible_markup("a\xff\xe6\x97z") == "a<b>0xFF</b><b>0xE6</b><b>0x97</b>z");
        CHECK(visible_markup("\xed\xa0\x80") == "<b>0xED</b><b>0xA0</b><b>0x80</b>");
    }

    TEST_CASE("every two bytes make well-formed markup without an element but the box") {
        for (int first = 0; first < 256; ++first) {
            for (int second = 0; second < 256; ++second) {
                const std::string text{static_cast<char>(first), static_cast<char>(second)};
                CHECK(WellFormed::flaw("<p>" + visible_markup(text) + "</p>").empty());
                const auto plain = plain_markup(text);
                CHECK(plain.find_first_of("<>\"'") == std::string::npos);
                CHECK(WellFormed::flaw("<p>" + plain + "</p>").empty());
            }
        }
    }
}
