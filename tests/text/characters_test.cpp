#include "text/characters.hpp"

#include <doctest/doctest.h>

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
