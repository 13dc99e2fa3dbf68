#include "text/text_stream.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "support/text_pieces.hpp"
#include "text/normalization.hpp"

using namespace carousel;

namespace {

Tokenizer tokenizer_for(std::string_view text, const TextSettings& settings) {
    CharacterCounts counts(settings.unit);
    counts.push(normalize(text, settings));
    counts.finish();
    return {settings, Vocabulary::build(counts, settings)};
}

const TextSettings k_bytes{Unit::byte, Normalization::none, Newlines::keep, 1};

}  // namespace

TEST_SUITE("text/text_stream") {
    TEST_CASE("the stream of the ids of a text is the text, and each part of it is valid UTF-8") {
        const std::vector<TextSettings> all{k_bytes,
                                            {},
                                            {.min_count = 4},
                                            {.unit = Unit::grapheme},
                                            {.unit = Unit::grapheme, .min_count = 4}};
        for (const auto& settings : all) {
            const std::string text = normalize(polyglot(), settings);
            const Tokenizer tokenizer = tokenizer_for(text, settings);
            TextStream stream(tokenizer);
            std::string out;
            for (const TokenId id : tokenizer.encode(text)) {
                const std::string part = stream.push(id);
                REQUIRE(valid_utf8_prefix(part) == part.size());
                out += part;
                CHECK(stream.characters() == count_characters(out, settings.unit));
            }
            out += stream.finish();
            CHECK(out == text);
            CHECK(stream.characters() == count_characters(text, settings.unit));
        }
    }

    TEST_CASE("a copy, and a stream that holds what it held, go on with the same text anywhere") {
        const TextSettings graphemes{.unit = Unit::grapheme, .min_count = 4};
        for (const auto& settings : {k_bytes, TextSettings{.min_count = 4}, graphemes}) {
            const std::string text = normalize(polyglot(), settings);
            const Tokenizer tokenizer = tokenizer_for(text, settings);
            TextStream stream(tokenizer);
            for (const TokenId id : tokenizer.encode(text)) {
                TextStream copy = stream, restored(tokenizer, false, stream.held());
                const std::string part = stream.push(id);
                CHECK(copy.push(id) == part);
                CHECK(restored.push(id) == part);
                CHECK(restored.characters() == stream.characters());
                CHECK(copy.finish() == restored.finish());
            }
        }
    }

    TEST_CASE("what no stream can hold is refused") {
        const Tokenizer bytes = tokenizer_for("abc", k_bytes);
        const Tokenizer clusters = tokenizer_for("abc", {.unit = Unit::grapheme});
        CHECK_NOTHROW(TextStream(clusters, false, {"", "e\u0301", 4}));
        CHECK_THROWS_AS(TextStream(clusters, false, {"", "e\xCC", 4}), std::invalid_argument);
        CHECK_THROWS_AS(TextStream(bytes, false, {"", "e", 4}), std::invalid_argument);
        CHECK_THROWS_AS(TextStream(bytes, false, {"\xF0\x9F\x98\x80", "", 4}),
                        std::invalid_argument);
    }

    TEST_CASE("a code point comes out with its last byte and not before") {
        const Tokenizer tokenizer = tokenizer_for("\u20ac", k_bytes);
        TextStream stream(tokenizer);
        const auto ids = tokenizer.encode("\u20ac");
        CHECK(stream.push(ids[0]).empty());
        CHECK(stream.push(ids[1]).empty());
        CHECK(stream.push(ids[2]) == "\u20ac");
        CHECK(stream.push(ids[0]).empty());
        CHECK(stream.finish().empty());
    }

    TEST_CASE("raw byte models give each byte at once") {
        const Tokenizer tokenizer = tokenizer_for("\xE2\xFF", k_bytes);
        TextStream stream(tokenizer, true);
        CHECK(stream.push(*tokenizer.vocabulary().byte_symbol(0xE2)) == "\xE2");
        CHECK(stream.push(*tokenizer.vocabulary().byte_symbol(0xFF)) == "\xFF");
        TextStream valid(tokenizer);
        CHECK(valid.push(*tokenizer.vocabulary().byte_symbol(0xE2)).empty());
        CHECK(valid.push(*tokenizer.vocabulary().byte_symbol(0xFF)) == "\uFFFD\uFFFD");
    }

    TEST_CASE("a cluster comes out when the next symbol shows its end") {
        const Tokenizer tokenizer = tokenizer_for(
            "e\u0301 x \u0301", {.unit = Unit::grapheme, .normalization = Normalization::none});
        const auto id = [&](const char* text) { return *tokenizer.vocabulary().find(text); };
        TextStream stream(tokenizer);
        CHECK(stream.push(id("x")).empty());
        CHECK(stream.push(id("e\u0301")) == "x");
        CHECK(stream.push(id("x")) == "e\u0301");
        CHECK(stream.push(Vocabulary::k_separator) == "x");
        CHECK(stream.push(id("x")).empty());
        CHECK(stream.finish() == "x");
        CHECK(stream.characters() == 4);
    }

    TEST_CASE("the separator yields nothing") {
        const Tokenizer tokenizer = tokenizer_for("ab", {});
        TextStream stream(tokenizer);
        CHECK(stream.push(1) + stream.push(0) + stream.push(2) + stream.push(0) + stream.finish() ==
              "ab");
    }
}
