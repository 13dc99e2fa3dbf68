#include "text/nearest.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace carousel;

namespace {

// The first form of a character that consists of what is known.
std::string nearest(std::string_view character, std::string_view known) {
    for (const auto& form : nearest_forms(character)) {
        if (std::all_of(form.begin(), form.end(),
                        [&](char c) { return known.find(c) != std::string_view::npos; }))
            return form;
    }
    return "none";
}

bool offers(std::string_view character, std::string_view form) {
    const auto forms = nearest_forms(character);
    return std::find(forms.begin(), forms.end(), form) != forms.end();
}

}  // namespace

TEST_SUITE("text/nearest") {
    TEST_CASE("typographic signs become those of ASCII, the commonest unknown characters of all") {
        const std::string_view ascii = "abcdefghijklmnopqrstuvwxyz'\"-. ";
        for (const char* quote : {"\u2019", "\u2018", "\u201a", "\u02bc", "\u00b4", "`", "\u2039"})
            CHECK(nearest(quote, ascii) == "'");
        for (const char* quote : {"\u201c", "\u201d", "\u201e", "\u00ab", "\u00bb", "\u2033"})
            CHECK(nearest(quote, ascii) == "\"");
        for (const char* dash : {"\u2013", "\u2014", "\u2010", "\u2011", "\u2212", "\u2015"})
            CHECK(nearest(dash, ascii) == "-");
        CHECK(nearest("\u2026", ascii) == "...");
        for (const char* blank : {"\u00a0", "\u3000", "\t", "\u2009", "\u202f"})
            CHECK(nearest(blank, ascii) == " ");
    }

    TEST_CASE("signs of ASCII become those that a text has in their place") {
        CHECK(offers("'", "\u2019"));
        CHECK(offers("\"", "\u201c"));
        CHECK(offers("-", "\u2013"));
        CHECK(offers("\u2014", "\u2013"));
    }

    TEST_CASE("letters lose marks, strokes and joins, and only then their case") {
        CHECK(nearest("\u00e9", "eE") == "e");
        CHECK(nearest("\u00f8", "oO") == "o");
        CHECK(nearest("\u0142", "lL") == "l");
        CHECK(nearest("\u00e6", "ae") == "ae");
        CHECK(nearest("\u0153", "oe") == "oe");
        CHECK(nearest("\u00df", "s") == "ss");
        CHECK(nearest("\u00d8", "o") == "o");
        CHECK(nearest("\u65e5", "abc") == "none");
    }

    TEST_CASE("no character stands for itself") {
        for (const char* character : {"'", "\u2026", "a", "\u00e9", " "})
            CHECK_FALSE(offers(character, character));
    }
}
