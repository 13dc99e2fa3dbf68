#include "text/characters.hpp"

#include <doctest/doctest.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <sstream>
#include <string>
#include <vector>

#include "support/text_pieces.hpp"

using namespace carousel;

namespace {

using Characters = std::vector<std::string>;

Characters split(std::string_view text, Unit unit, std::size_t piece = 1 << 20) {
    CharacterSplitter splitter(unit);
    Characters characters;
    std::string_view character;
    const auto take = [&] {
        while (splitter.next(character)) characters.emplace_back(character);
    };
    for (const auto part : code_point_pieces(text, piece)) {
        splitter.push(part);
        take();
    }
    splitter.finish();
    take();
    return characters;
}

std::string join(const Characters& characters) {
    std::string text;
    for (const auto& character : characters) text += character;
    return text;
}

// What ICU makes of a text that it gets whole.
Characters icu_clusters(const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    UText* const source =
        utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &status);
    UBreakIterator* const iterator = ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status);
    ubrk_setUText(iterator, source, &status);
    REQUIRE(U_SUCCESS(status));
    Characters clusters;
    for (int32_t begin = 0, end = ubrk_next(iterator); end != UBRK_DONE;
         begin = end, end = ubrk_next(iterator)) {
        clusters.push_back(
            text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    }
    ubrk_close(iterator);
    utext_close(source);
    return clusters;
}

// A line of GraphemeBreakTest.txt, such as `÷ 0020 × 0308 ÷ # comment`, as clusters.
Characters parse_break_test(const std::string& line) {
    std::istringstream words(line.substr(0, line.find('#')));
    Characters clusters;
    for (std::string word; words >> word;) {
        if (word == "\u00f7") {
            clusters.emplace_back();
        } else if (word != "\u00d7") {
            append_utf8(static_cast<char32_t>(std::stoul(word, nullptr, 16)), clusters.back());
        }
    }
    if (!clusters.empty()) clusters.pop_back();  // opened by the closing sign
    return clusters;
}

}  // namespace

TEST_SUITE("text/characters") {
    TEST_CASE("clusters are those of Unicode's GraphemeBreakTest, in pieces of 1 to 7 bytes") {
        std::istringstream lines(
            required_file("/usr/share/unicode/auxiliary/GraphemeBreakTest.txt"));
        int cases = 0;
        for (std::string line; std::getline(lines, line);) {
            const Characters expected = parse_break_test(line);
            if (expected.empty()) continue;
            ++cases;
            CAPTURE(line);
            for (std::size_t piece = 1; piece <= 7; ++piece) {
                CHECK(split(join(expected), Unit::grapheme, piece) == expected);
            }
        }
        CHECK(cases > 600);
    }

    TEST_CASE("GraphemeBreakTest set between plain words gives the same clusters") {
        std::istringstream lines(
            required_file("/usr/share/unicode/auxiliary/GraphemeBreakTest.txt"));
        std::string text;
        Characters expected;
        for (std::string line; std::getline(lines, line);) {
            const Characters clusters = parse_break_test(line);
            if (clusters.empty()) continue;
            // A control character keeps what follows apart from what stands before.
            for (const std::string& part : {std::string("\n"), join(clusters), std::string("\n")}) {
                text += part;
            }
            expected.emplace_back("\n");
            if (clusters.back().back() == '\r') {
                expected.insert(expected.end(), clusters.begin(), clusters.end() - 1);
                expected.emplace_back(clusters.back() + "\n");
            } else {
                expected.insert(expected.end(), clusters.begin(), clusters.end());
                expected.emplace_back("\n");
            }
            for (const char letter : std::string("twenty plain letters")) {
                text += letter;
                expected.emplace_back(1, letter);
            }
        }
        for (const std::size_t piece : {1, 2, 3, 5, 7, 1000, 1 << 20}) {
            CHECK(split(text, Unit::grapheme, piece) == expected);
        }
    }

    TEST_CASE("clusters are those of ICU's own iterator over the whole text") {
        // Code points of every kind, plain ones among them, in random order.
        const std::u32string pool =
            U"ab "
            U"\n\r\t\u00a9\u00ad\u00e9\u0300\u0301\u0600\u0627\u064e\u0915\u0937\u094d\u093f\u0995"
            U"\u09cd"
            U"\u0e01\u0e33\u0e34\u1100\u1161\u11a8\uac00\uac01\u200b\u200c\u200d\u2028\u2764\ufe0f"
            U"\u3042"
            U"\u302a\u4e00\uff21\U0001F1E6\U0001F1E7\U0001F468\U0001F3FD\U000110BD\U00020000"
            U"\U000E0020";
        std::uint32_t state = 1;
        const auto next_random = [&](std::size_t bound) {
            state = state * 1664525U + 1013904223U;
            return (state >> 8) % bound;
        };
        for (int round = 0; round < 300; ++round) {
            std::string text;
            const std::size_t length = 1 + next_random(400);
            for (std::size_t i = 0; i < length; ++i) {
                // Runs of what was last make pairs of equals and long plain stretches.
                const char32_t c = pool[next_random(pool.size())];
                const std::size_t times = next_random(8) == 0 ? next_random(20) : 1;
                for (std::size_t k = 0; k < times; ++k) append_utf8(c, text);
            }
            const Characters expected = icu_clusters(text);
            CHECK(split(text, Unit::grapheme) == expected);
            CHECK(split(text, Unit::grapheme, 1 + next_random(9)) == expected);
        }
        // Each pair of code points that ICU knows plain neighbours for.
        for (char32_t c = 0x80; c < 0x3100; ++c) {
            std::string text;
            for (const char32_t part : {U'a', c, U'a', c, c, U'\u0301', c, U'\u0915'}) {
                append_utf8(part, text);
            }
            if (split(text, Unit::grapheme) != icu_clusters(text)) {
                FAIL_CHECK("code point " << static_cast<unsigned>(c));
            }
        }
    }

    TEST_CASE("characters of every unit are the same in pieces and join to the text") {
        auto texts = awkward_texts();
        texts.push_back(polyglot());
        for (const auto& text : texts) {
            for (const Unit unit : {Unit::codepoint, Unit::grapheme, Unit::byte}) {
                const Characters whole = split(text, unit);
                CHECK(join(whole) == text);
                CHECK(count_characters(text, unit) == whole.size());
                for (std::size_t piece = 1; piece <= 7; ++piece) {
                    CHECK(split(text, unit, piece) == whole);
                }
            }
        }
    }

    TEST_CASE("a family, a flag, a syllable block and a marked letter are one cluster each") {
        const Characters expected{"\U0001F468\u200D\U0001F469\u200D\U0001F467",
                                  "\U0001F1EB\U0001F1F7", "\u1112\u1161\u11ab", "e\u0301\u0323",
                                  "\r\n"};
        CHECK(split(join(expected), Unit::grapheme) == expected);
        CHECK(count_characters(join(expected), Unit::codepoint) == 5 + 2 + 3 + 3 + 2);
    }

    TEST_CASE("a giant cluster is cut into bounded parts, whatever the pieces") {
        std::string text = "xa";
        for (int i = 0; i < 5000; ++i) text += "\u0301";
        text += "b";
        const Characters whole = split(text, Unit::grapheme);
        CHECK(join(whole) == text);
        CHECK(whole.front() == "x");
        CHECK(whole.back() == "b");
        CHECK(whole[1].size() > k_longest_cluster - 4);
        for (const auto& character : whole) CHECK(character.size() <= k_longest_cluster);
        for (const std::size_t piece : {3, 7, 1000, 4096}) {
            CHECK(split(text, Unit::grapheme, piece) == whole);
        }
    }

    TEST_CASE("after the end of a document the next one starts afresh") {
        CharacterSplitter splitter(Unit::grapheme);
        std::string_view character;
        splitter.push("e");
        CHECK_FALSE(splitter.next(character));
        splitter.finish();
        CHECK(splitter.next(character));
        CHECK(character == "e");
        splitter.push("\u0301x");
        CHECK(splitter.next(character));
        CHECK(character == "\u0301");
        CHECK_FALSE(splitter.next(character));
    }
}
