#include "text/tokenizer.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "base/random.hpp"
#include "support/text_pieces.hpp"
#include "text/normalization.hpp"

using namespace carousel;

namespace {

Tokenizer tokenizer_with(std::string_view text, const TextSettings& settings) {
    CharacterCounts counts(settings.unit);
    counts.push(settings.unit == Unit::byte ? std::string(text) : normalize(text, settings));
    counts.finish();
    return {settings, Vocabulary::build(counts, settings)};
}

std::vector<TextSettings> all_settings() {
    std::vector<TextSettings> all{{Unit::byte, Normalization::none, Newlines::keep, 1}};
    for (const Unit unit : {Unit::codepoint, Unit::grapheme}) {
        for (const auto form : {Normalization::none, Normalization::nfc, Normalization::nfd,
                                Normalization::nfkc, Normalization::nfkd}) {
            for (const auto newlines : {Newlines::keep, Newlines::lf}) {
                for (const std::uint32_t min_count : {1U, 3U, 1000000U}) {
                    all.push_back({unit, form, newlines, min_count});
                }
            }
        }
    }
    return all;
}

std::string joined(std::string_view text, std::string_view known, UnknownCharacters unknown) {
    const Tokenizer tokenizer = tokenizer_with(known, {});
    return tokenizer.decode(tokenizer.encode(text, unknown));
}

}  // namespace

TEST_SUITE("text/tokenizer") {
    TEST_CASE("decode(encode(x)) is normalize(x) for every unit, form and min_count") {
        auto texts = awkward_texts();
        texts.push_back(polyglot());
        for (const auto& settings : all_settings()) {
            for (const auto& text : texts) {
                const Tokenizer tokenizer = tokenizer_with(text, settings);
                const auto ids = tokenizer.encode(text);
                for (const TokenId id : ids) {
                    REQUIRE(id > 0);
                    REQUIRE(id < tokenizer.vocabulary().size());
                }
                CHECK(tokenizer.decode(ids) == normalize(text, settings));
            }
        }
    }

    TEST_CASE("the encoder gives the same ids and starts in pieces of 1 to 7 bytes") {
        for (const auto& settings : all_settings()) {
            const std::string text = normalize(polyglot(), settings);
            const Tokenizer tokenizer = tokenizer_with(text, settings);
            const auto expected = tokenizer.encode(text);
            for (std::size_t size = 1; size <= 7; ++size) {
                TextEncoder encoder(tokenizer, {});
                std::vector<TokenId> ids;
                std::vector<std::uint8_t> starts;
                for (const auto piece : code_point_pieces(text, size)) {
                    encoder.push(piece, ids, &starts);
                }
                encoder.finish(ids, &starts);
                CHECK(ids == expected);
                REQUIRE(starts.size() == ids.size());
                std::uint64_t characters = 0;
                for (std::size_t i = 0; i < ids.size(); ++i) {
                    characters += starts[i];
                    if (const auto start = tokenizer.starts_character(ids[i])) {
                        REQUIRE(*start == (starts[i] == 1));
                    }
                }
                CHECK(characters == count_characters(text, settings.unit));
            }
        }
    }

    TEST_CASE(
        "code points get the ids of an obvious encoder, whatever they are among and the cuts") {
        struct Unknown {
            std::string character;
            std::uint64_t index;
            bool operator==(const Unknown&) const = default;
        };
        const std::vector<std::string> pieces{
            "a", "~",      "words of ASCII and more ", "\u00e9",
            "z", "\u0436", "\u8a9e\u8a9e\u8a9e",       "\u4e00",
            "0", "\u0627", "\u0633\u0644\u0627\u0645", "\U0001F600"};
        for (const std::uint32_t min_count : {1U, 2U}) {
            const Tokenizer tokenizer = tokenizer_with(
                "aawwoorrddss  ooff AASSCCIIaanndd mmoorree\u00e9\u00e9\u8a9e\u8a9e\u0633\u0633"
                "\u0644\u0644\u0627\u0627\U0001F600\U0001F600zz\u0436",
                {.min_count = min_count});
            for (std::uint64_t seed = 1; seed <= 300; ++seed) {
                // From texts of ASCII alone to such of everything.
                std::string text;
                for (std::uint64_t i = 0; text.size() < 4 * seed; ++i)
                    text += pieces[random_below({seed}, i, 1 + seed % pieces.size())];
                std::vector<TokenId> expected;
                std::vector<Unknown> expected_unknown;
                std::uint64_t characters = 0;
                for (std::size_t at = 0; at < text.size(); ++characters) {
                    const std::string character = text.substr(at, utf8_length(text[at]));
                    at += character.size();
                    if (const auto id = tokenizer.vocabulary().find(character)) {
                        expected.push_back(*id);
                    } else if (min_count == 1) {
                        expected_unknown.push_back({character, characters});
                        if (characters % 2 == 0) expected.push_back(1);
                    } else {
                        for (const char byte : character)
                            expected.push_back(*tokenizer.vocabulary().byte_symbol(
                                static_cast<unsigned char>(byte)));
                    }
                }
                std::vector<Unknown> unknown;
                TextEncoder encoder(tokenizer, [&](std::string_view character, std::uint64_t index,
                                                   std::vector<TokenId>& ids) {
                    unknown.push_back({std::string(character), index});
                    if (index % 2 == 0) ids.push_back(1);
                });
                std::vector<TokenId> ids;
                for (const auto piece : code_point_pieces(text, 1 + seed * 7 % 331))
                    encoder.push(piece, ids);
                encoder.finish(ids);
                CAPTURE(seed);
                REQUIRE(ids == expected);
                REQUIRE(unknown == expected_unknown);
                REQUIRE(encoder.characters() == characters);
                REQUIRE(encoder.bytes() == text.size());
            }
        }
    }

    TEST_CASE("rare characters are spelled by their bytes") {
        const Tokenizer tokenizer = tokenizer_with("aa\u00e9", {.min_count = 2});
        const auto& vocabulary = tokenizer.vocabulary();
        CHECK(tokenizer.encode("a\u00e9") == std::vector<TokenId>{1, *vocabulary.byte_symbol(0xC3),
                                                                  *vocabulary.byte_symbol(0xA9)});
        CHECK(tokenizer.starts_character(*vocabulary.byte_symbol(0xC3)) == true);
        CHECK(tokenizer.starts_character(*vocabulary.byte_symbol(0xA9)) == false);
        CHECK(tokenizer.starts_character(0) == false);
        CHECK(tokenizer.decode(tokenizer.encode("never seen: \U0001F600")) ==
              "never seen: \U0001F600");
    }

    TEST_CASE("an unknown character is named with its code point and position") {
        const Tokenizer tokenizer = tokenizer_with("abc ", {});
        CHECK_THROWS_WITH_AS(tokenizer.encode("abc \u00df"),
                             doctest::Contains("'\u00df' (U+00DF) at position 4"), UsageError);
        CHECK_THROWS_WITH_AS(tokenizer.encode("a\x1b"),
                             doctest::Contains("'\\x1b' (U+001B) at position 1"), UsageError);
        CHECK_THROWS_WITH_AS(tokenizer.encode("ab\xFF"), doctest::Contains("byte offset 2"),
                             UsageError);
        const Tokenizer clusters = tokenizer_with("abc", {.unit = Unit::grapheme});
        CHECK_THROWS_WITH_AS(clusters.encode("ca\u0331"),
                             doctest::Contains("(U+0061 U+0331) at position 1"), UsageError);
        const Tokenizer bytes =
            tokenizer_with("abc", {Unit::byte, Normalization::none, Newlines::keep, 1});
        CHECK_THROWS_WITH_AS(bytes.encode("ab\u00e9"), doctest::Contains("byte 0xC3 at position 2"),
                             UsageError);
    }

    TEST_CASE("text that is not UTF-8 is named with its place before it is normalised") {
        const auto characters = tokenizer_with("ab\n", {});
        CHECK_THROWS_WITH_AS(characters.normalized("a\x80", "The text of --stop"),
                             "The text of --stop is not valid UTF-8 at byte offset 1.", UsageError);
        CHECK(characters.normalized("a\r\ne\u0301", "x") == "a\n\u00e9");
        CHECK_THROWS_WITH_AS(characters.encode("\x80"), doctest::Contains("The prompt is not"),
                             UsageError);
    }

    TEST_CASE("a long text is encoded as its characters are, wherever it is cut inside") {
        std::string text, known;
        for (int i = 0; i < 20'000; ++i) {
            text += i % 7 == 0 ? "\u4e01" : "\u4e00";
            if (i % 7 != 0) known += "\u4e00";
        }
        CHECK(joined(text, "\u4e00", UnknownCharacters::skip) == known);
    }

    TEST_CASE("a text of unknown characters alone takes no room") {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += "\u4e00";
        const auto ids = tokenizer_with("abc", {}).encode(text, UnknownCharacters::skip);
        CHECK(ids.empty());
        CHECK(ids.capacity() < text.size() / 4);
    }

    TEST_CASE("unknown characters are skipped when asked") {
        CHECK(joined("a\u00dfb?c", "abc", UnknownCharacters::skip) == "abc");
    }

    TEST_CASE("nearest is the compatibility form, then the bare letter, then the other case") {
        const auto nearest = [](const char* text, const char* known) {
            return joined(text, known, UnknownCharacters::nearest);
        };
        CHECK(nearest("\ufb01\u00bd", "fi1\u20442/") == "fi1\u20442");
        CHECK(nearest("\uff21", "Aa") == "A");
        CHECK(nearest("\u00e9\u1ea5", "ea") == "ea");
        CHECK(nearest("\u00c9", "\u00e9E") == "E");  // the bare letter comes before the other case
        CHECK(nearest("\u00c9", "\u00e9") == "\u00e9");
        CHECK(nearest("A", "a") == "a");
        CHECK(nearest("\u00c9", "e") == "e");
        CHECK(nearest("\u00df", "S") == "SS");
        CHECK_THROWS_AS(nearest("\u65e5", "abc"), UsageError);
        CHECK(nearest("sea\u2019s\u2014so\u2026", "aeos'-.") == "sea's-so...");
    }

    TEST_CASE("a substitute is offered only where there is one, and by what it is") {
        const auto message = [](const char* text, const char* known) {
            try {
                joined(text, known, UnknownCharacters::error);
            } catch (const UsageError& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        CHECK(message("\u2014", "abc-").find("--unknown nearest read - in its place") !=
              std::string::npos);
        CHECK(message("\u2014", "abc").find("nor anything near it. Leave it out") !=
              std::string::npos);
        CHECK(message("\u2014", "abc").find("nearest read") == std::string::npos);
    }

    TEST_CASE("half of a nearest form is not near") {
        const auto nearest = [](const char* text, const char* known) {
            return joined(text, known, UnknownCharacters::nearest);
        };
        CHECK_THROWS_AS(nearest("\ufb01", "f"), UsageError);
    }

    TEST_CASE("settings and vocabulary that disagree are refused") {
        const Symbol separator{SymbolKind::separator, ""}, a{SymbolKind::character, "a"};
        const Symbol byte{SymbolKind::byte, "a"}, cluster{SymbolKind::character, "e\u0301"};
        const TextSettings bytes{Unit::byte, Normalization::none, Newlines::keep, 1};
        const auto make = [&](const TextSettings& settings, std::vector<Symbol> symbols) {
            return Tokenizer(settings, Vocabulary(std::move(symbols)));
        };
        CHECK_NOTHROW(make(bytes, {separator, byte}));
        CHECK_NOTHROW(make({.unit = Unit::grapheme}, {separator, cluster}));
        CHECK_THROWS_AS(make({}, {separator, byte}), std::invalid_argument);
        CHECK_THROWS_AS(make({}, {separator, cluster}), std::invalid_argument);
        CHECK_THROWS_AS(make(bytes, {separator, a}), std::invalid_argument);
        CHECK_THROWS_AS(make({.unit = Unit::byte}, {separator, byte}), std::invalid_argument);
        CHECK_THROWS_AS(make({.min_count = 0}, {separator, a}), std::invalid_argument);
    }
}
