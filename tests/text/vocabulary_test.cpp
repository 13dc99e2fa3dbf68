#include "text/vocabulary.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "text/utf8.hpp"

using namespace carousel;

namespace {

CharacterCounts counts_of(std::string_view text, Unit unit = Unit::codepoint) {
    CharacterCounts counts(unit);
    counts.push(text);
    counts.finish();
    return counts;
}

Vocabulary stored(std::vector<Symbol> symbols) {
    return Vocabulary(std::move(symbols));
}

const Symbol k_separator_symbol{SymbolKind::separator, ""};

}  // namespace

TEST_SUITE("text/vocabulary") {
    TEST_CASE("characters are counted and sorted by their bytes") {
        const auto counts = counts_of("banana \u00e9\U0001F600\u00e9");
        using Entry = std::pair<std::string, std::uint64_t>;
        CHECK(counts.sorted() ==
              std::vector<Entry>{
                  {" ", 1}, {"a", 3}, {"b", 1}, {"n", 2}, {"\u00e9", 2}, {"\U0001F600", 1}});
        CHECK(counts.total() == 10);
        const auto clusters = counts_of("e\u0301e\u0301e", Unit::grapheme);
        CHECK(clusters.sorted() == std::vector<Entry>{{"e", 1}, {"e\u0301", 2}});
        CHECK(counts_of("\xFF\xFF\x01", Unit::byte).sorted() ==
              std::vector<Entry>{{"\x01", 1}, {"\xFF", 2}});
    }

    TEST_CASE("the separator is symbol 0 and characters follow in byte order") {
        const auto vocabulary = Vocabulary::build(counts_of("cab\u00e9"), {});
        REQUIRE(vocabulary.size() == 5);
        CHECK(vocabulary.symbol(0) == k_separator_symbol);
        CHECK(vocabulary.symbol(1).text == "a");
        CHECK(vocabulary.symbol(4).text == "\u00e9");
        CHECK(vocabulary.find("\u00e9") == TokenId{4});
        CHECK(vocabulary.find(char32_t{'b'}) == TokenId{2});
        CHECK_FALSE(vocabulary.find("z"));
        CHECK_FALSE(vocabulary.find(""));
        CHECK_FALSE(vocabulary.find(char32_t{0x10FFFF}));
        CHECK_FALSE(vocabulary.byte_symbol('a'));
        CHECK_FALSE(vocabulary.has_bytes());
        CHECK_THROWS_AS(vocabulary.symbol(5), std::out_of_range);
    }

    TEST_CASE("characters rarer than min_count are spelled in the 243 bytes of UTF-8") {
        const auto vocabulary = Vocabulary::build(counts_of("aab"), {.min_count = 2});
        CHECK(vocabulary.size() == 1 + 1 + 243);
        CHECK(vocabulary.can_spell());
        CHECK_FALSE(vocabulary.find("b"));
        CHECK(vocabulary.byte_symbol(0x00) == TokenId{2});
        CHECK(vocabulary.byte_symbol(0xF4) == TokenId{244});
        CHECK_FALSE(vocabulary.byte_symbol(0xC0));
        CHECK_FALSE(vocabulary.byte_symbol(0xF5));
        // They are there for other texts even where no character of this one is rare.
        CHECK(Vocabulary::build(counts_of("aabb"), {.min_count = 2}).size() == 1 + 2 + 243);
        CHECK(Vocabulary::build(counts_of("aab"), {.min_count = 1}).size() == 3);
    }

    TEST_CASE("a byte model knows the bytes of its corpus and nothing else") {
        const TextSettings settings{Unit::byte, Normalization::none, Newlines::keep, 5};
        const auto vocabulary = Vocabulary::build(counts_of("b\xFF\xFF", Unit::byte), settings);
        REQUIRE(vocabulary.size() == 3);
        CHECK(vocabulary.byte_symbol('b') == TokenId{1});
        CHECK(vocabulary.byte_symbol(0xFF) == TokenId{2});
        CHECK_FALSE(vocabulary.has_characters());
        CHECK_FALSE(vocabulary.can_spell());
    }

    TEST_CASE("merging keeps every old id and appends what is new") {
        const auto old = Vocabulary::build(counts_of("xyz"), {});
        const auto grown = Vocabulary::merge(old, counts_of("zaay"), {});
        REQUIRE(grown.size() == 5);
        for (TokenId id = 0; id < old.size(); ++id) CHECK(grown.symbol(id) == old.symbol(id));
        CHECK(grown.find("a") == TokenId{4});
        const auto spelled = Vocabulary::merge(old, counts_of("zaab"), {.min_count = 2});
        CHECK(spelled.size() == 4 + 1 + 243);
        CHECK(Vocabulary::merge(spelled, counts_of("c"), {.min_count = 2}) == spelled);
    }

    TEST_CASE("stored symbols that make no alphabet are refused") {
        const Symbol a{SymbolKind::character, "a"};
        CHECK_NOTHROW(stored({k_separator_symbol, a}));
        CHECK_THROWS_AS(stored({}), std::invalid_argument);
        CHECK_THROWS_AS(stored({a}), std::invalid_argument);
        CHECK_THROWS_AS(stored({k_separator_symbol, a, k_separator_symbol}), std::invalid_argument);
        CHECK_THROWS_AS(stored({{SymbolKind::separator, "x"}}), std::invalid_argument);
        CHECK_THROWS_AS(stored({k_separator_symbol, a, a}), std::invalid_argument);
        for (const auto& text : {std::string(), std::string("\xFF"), std::string("e\xCC"),
                                 std::string("\xED\xA0\x80"), std::string(1025, 'a')}) {
            CHECK_THROWS_AS(stored({k_separator_symbol, {SymbolKind::character, text}}),
                            std::invalid_argument);
        }
        const Symbol cluster{SymbolKind::character, "e\u0301"};
        CHECK_THROWS_AS(stored({k_separator_symbol, cluster, cluster}), std::invalid_argument);
        const Symbol byte{SymbolKind::byte, "a"};
        CHECK_THROWS_AS(stored({k_separator_symbol, byte, byte}), std::invalid_argument);
        CHECK_THROWS_AS(stored({k_separator_symbol, {SymbolKind::byte, "ab"}}),
                        std::invalid_argument);
        CHECK_THROWS_AS(stored({k_separator_symbol, {SymbolKind::byte, ""}}),
                        std::invalid_argument);
        CHECK_THROWS_AS(stored({k_separator_symbol, {static_cast<SymbolKind>(9), "a"}}),
                        std::invalid_argument);
    }

    TEST_CASE(
        "the printable alphabet has no character that moves the cursor or joins its neighbour") {
        const auto vocabulary = stored({k_separator_symbol,
                                        {SymbolKind::character, "\n"},
                                        {SymbolKind::character, " "},
                                        {SymbolKind::character, "a"},
                                        {SymbolKind::character, "\x1b"},
                                        {SymbolKind::character, "\u0301"},
                                        {SymbolKind::byte, "x"}});
        CHECK(vocabulary.printable_alphabet() == "\\n ' ' a \\x1b \\u{301} (1 bytes)");
    }

    TEST_CASE("a corpus of endlessly different clusters is refused, not remembered") {
        CharacterCounts counts(Unit::grapheme);
        const auto feed = [&] {
            for (char32_t i = 0; i < 0x110000; ++i) {
                std::string text(1, 'e');
                for (int shift = 0; shift < 21; shift += 3) {
                    append_utf8(0x300 + ((i >> shift) & 7), text);
                }
                counts.push(text);
            }
        };
        CHECK_THROWS_WITH_AS(feed(), doctest::Contains("--unit codepoint"), InputError);
    }
}
