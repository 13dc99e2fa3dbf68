#include "compression/text_units.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

std::string joined(const TextUnits& text, const std::vector<std::uint32_t>& units) {
    std::string whole;
    for (const auto unit : units) text.append(unit, whole);
    return whole;
}

/// Every kind of what a model cannot represent.
std::vector<std::string> hard_texts() {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    std::string random;
    for (std::uint64_t i = 0; i < 3000; ++i)
        random += static_cast<char>(random_uniform({.seed = 3}, i) * 256);
    return {"",
            "abc",
            "a\r\nb\rc\n\r",
            "\xEF\xBB\xBF with a mark",
            "e\u0301 and \u00e9 and \u65e5\u672c",
            "\U0001F469\u200D\U0001F467 family",
            "cut \xE2\x82",
            "\xC0\x80 overlong, \xED\xA0\x80 surrogate, \xF5 none",
            "zero \0 inside"s,
            all,
            random};
}

}  // namespace

TEST_SUITE("compression/text_units") {
    TEST_CASE("every text comes out as it went in, whatever the model reads") {
        const std::string known = "abc def \u00e9\u65e5\r\n";
        for (const auto& settings :
             {TextSettings{}, TextSettings{.min_count = 2}, TextSettings{.unit = Unit::grapheme},
              TextSettings{.unit = Unit::grapheme, .min_count = 3}, byte_settings()}) {
            const auto tokenizer = tokenizer_of(known + known, settings);
            const TextUnits text(tokenizer);
            for (const auto& hard : hard_texts()) CHECK(joined(text, text.split(hard)) == hard);
        }
    }

    TEST_CASE("what the model knows is the ids that it learned, and only the rest is bytes") {
        const auto tokenizer = tokenizer_of("abc \u00e9");
        const TextUnits text(tokenizer);
        CHECK(text.split("abc \u00e9ab") == tokenizer.encode("abc \u00e9ab"));
        const auto units = text.split("a\u00fcb\xFF");
        REQUIRE(units.size() == 5);
        const std::vector<bool> bytes{false, true, true, false, true};
        for (std::size_t i = 0; i < 5; ++i) CHECK(text.is_byte(units[i]) == bytes[i]);
        CHECK(text.byte_of(units[1]) == 0xC3);
    }

    TEST_CASE("CR LF is taken out only where it can be put back") {
        for (const auto* all : {"a\r\nb\r\n", "\r\n", "a\r\n\r\nb"}) {
            CHECK(ends_lines_with_cr_lf(all));
            CHECK(with_cr(without_cr(all)) == all);
        }
        for (const auto* other : {"", "a", "a\n", "a\r\nb\n", "a\rb\r\n", "a\r\n\r", "\r\r\n"})
            CHECK_FALSE(ends_lines_with_cr_lf(other));
    }
}
