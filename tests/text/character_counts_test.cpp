#include "text/character_counts.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "support/text_pieces.hpp"
#include "text/utf8.hpp"

using namespace carousel;

TEST_SUITE("text/character_counts") {
    TEST_CASE("code points and bytes are counted one by one, however the text is cut") {
        for (const Unit unit : {Unit::codepoint, Unit::byte}) {
            const std::string text = polyglot() + "ends in ASCII, eight bytes at a time";
            std::map<std::string, std::uint64_t> expected;
            std::uint64_t total = 0;
            for (std::size_t i = 0; i < text.size(); ++total) {
                const std::size_t length = unit == Unit::byte ? 1 : utf8_length(text[i]);
                ++expected[text.substr(i, length)];
                i += length;
            }
            for (const std::size_t size : {1, 2, 7, 8, 9, 63, 64, 65, 80, 100, 100000}) {
                CAPTURE(size);
                CharacterCounts counts(unit);
                for (const auto piece : code_point_pieces(text, size)) counts.push(piece);
                counts.finish();
                CHECK(counts.total() == total);
                const auto sorted = counts.sorted();
                CHECK(std::map(sorted.begin(), sorted.end()) == expected);
            }
        }
    }

    TEST_CASE("counts of parts add up to those of the whole") {
        const std::string text = polyglot() + "e\xCC\x81 e\xCC\x81\r\n\r\n";
        for (const Unit unit : {Unit::codepoint, Unit::grapheme, Unit::byte}) {
            CharacterCounts once(unit), twice(unit), sum(unit);
            once.push(text);
            once.finish();
            for (int i = 0; i < 2; ++i) {
                twice.push(text);
                twice.finish();
                for (const auto& [character, count] : once.sorted()) sum.add(character, count);
            }
            CHECK(sum.sorted() == twice.sorted());
        }
    }
}
