#include "text/utf8.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"

using namespace carousel;

namespace {

// The longest start that is whole and valid, by the definition: each sequence is what its scalar
// value would be written as.
std::size_t plain_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        bool valid = false;
        for (std::size_t length = 1; length <= 4 && at + length <= text.size() && !valid;
             ++length) {
            const auto sequence = text.substr(at, length);
            char32_t c = static_cast<unsigned char>(sequence[0]);
            if (length > 1) c &= 0x7FU >> length;
            for (std::size_t i = 1; i < length; ++i)
                c = c << 6 | (static_cast<unsigned char>(sequence[i]) & 0x3F);
            if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) continue;
            std::string written;
            append_utf8(c, written);
            valid = written == sequence;
            if (valid) at += length;
        }
        if (!valid) break;
    }
    return at;
}

// Text of these pieces in no order.
std::string mixture(const std::vector<std::string>& pieces, std::size_t size, std::uint64_t seed) {
    std::string text;
    for (std::uint64_t i = 0; text.size() < size; ++i)
        text += pieces[random_below({seed}, i, pieces.size())];
    return text;
}

}  // namespace

TEST_SUITE("text/utf8") {
    TEST_CASE("every scalar value survives encoding and is whole valid UTF-8") {
        for (char32_t c = 0; c <= 0x10FFFF; ++c) {
            if (c >= 0xD800 && c < 0xE000) continue;
            std::string text;
            append_utf8(c, text);
            if (code_point_at(text, 0) != c || utf8_length(text[0]) != text.size() ||
                valid_utf8_prefix(text) != text.size()) {
                FAIL("code point " << static_cast<unsigned>(c));
            }
            if (c < 0x80) continue;
            const std::size_t length = text.size();
            text.resize(4, '\xFF');
            const auto [code_point, taken] = sequence_at(text.data());
            if (code_point != c || taken != length) FAIL("sequence " << static_cast<unsigned>(c));
        }
    }

    TEST_CASE(
        "surrogates, overlong forms and what is above U+10FFFF are invalid at their first byte") {
        for (const std::string text :
             {"\xED\xA0\x80", "\xED\xBF\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF",
              "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\x80"}) {
            CHECK(valid_utf8_prefix(text) == 0);
            CHECK(valid_utf8_prefix("sixteen and more letters " + text) == 25);
            CHECK_FALSE(utf8_flaw(text).incomplete);
        }
    }

    TEST_CASE("of all sequences of two bytes exactly those of table 3-7 are valid") {
        int valid = 0;
        for (int a = 0; a < 256; ++a) {
            for (int b = 0; b < 256; ++b) {
                const std::string text{static_cast<char>(a), static_cast<char>(b)};
                valid += valid_utf8_prefix(text) == 2;
            }
        }
        CHECK(valid == 128 * 128 + (0xDF - 0xC2 + 1) * 64);
    }

    TEST_CASE("a flaw is found wherever it stands in a long text, and a cut anywhere") {
        std::string text;
        for (int i = 0; text.size() < 700; ++i) {
            text += i % 3 == 0 ? "\u00e9" : i % 5 == 0 ? "\u8a9e" : i % 7 == 0 ? "\U0001F600" : "x";
            if (i == 60) text.append(200, 'a');  // and some blocks of ASCII
        }
        CHECK(valid_utf8_prefix(text) == text.size());
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::size_t begin = at;  // of the sequence that has the byte
            while (is_continuation(text[begin])) --begin;
            CAPTURE(at);
            REQUIRE(valid_utf8_prefix(std::string_view(text).substr(0, at)) == begin);
            for (const char flaw : {'\x80', '\xC1', '\xED', '\xF5', '\xFF', 'a'}) {
                std::string flawed = text;
                flawed[at] = flaw;
                const std::size_t valid = valid_utf8_prefix(flawed);
                std::size_t expected = 0;  // sequence by sequence: short texts are read so
                while (expected < flawed.size()) {
                    const auto rest = std::string_view(flawed).substr(expected, 4);
                    const auto length = valid_utf8_prefix(rest.substr(0, utf8_length(rest[0])));
                    if (length == 0) break;
                    expected += length;
                }
                REQUIRE(valid == expected);
            }
        }
    }

    TEST_CASE("long texts of hostile bytes are valid as far as they are by definition") {
        std::vector<std::string> bytes{"a"},
            sequences{"a", "word ", "\u00e9", "\u8a9e", "\ud7ff", "\ue000", "\u0800", "\U0001F600"};
        for (const char byte : {'\x80', '\x8F', '\x90', '\x9F', '\xA0', '\xBF', '\xC0',
                                '\xC1', '\xC2', '\xDF', '\xE0', '\xE1', '\xED', '\xEE',
                                '\xEF', '\xF0', '\xF1', '\xF3', '\xF4', '\xF5', '\xFF'})
            bytes.emplace_back(1, byte);
        for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
            // Much that is valid, then three bytes of anything: at every place of a block.
            const std::string text = mixture(sequences, seed % 300, seed) +
                                     mixture(bytes, 3, seed) + mixture(sequences, 200, seed + 1);
            CAPTURE(seed);
            REQUIRE(valid_utf8_prefix(text) == plain_prefix(text));
        }
    }

    TEST_CASE("of 64 bytes those from some byte on are found, with vectors and without") {
        for (int lowest = 0x80; lowest <= 0xFF; ++lowest) {
            for (int first = 0; first < 256; first += 64) {
                std::string bytes;
                std::uint64_t expected = 0;
                for (int i = 0; i < 64; ++i) {
                    bytes += static_cast<char>(first + i * 37 % 64);
                    if (first + i * 37 % 64 >= lowest) expected |= std::uint64_t{1} << i;
                }
                const auto bound = static_cast<unsigned char>(lowest);
                REQUIRE(bytes_from(bytes.data(), bound) == expected);
                REQUIRE(bytes_from_by_words(bytes.data(), bound) == expected);
            }
        }
    }

    TEST_CASE("blocks are the whole text, in order, with zeros behind") {
        for (const std::size_t size : {0, 1, 63, 64, 65, 79, 80, 81, 128, 143, 144, 1000}) {
            const std::string text = mixture({"a", "b", "c"}, size, size);
            std::string seen;
            look_at_blocks(text, [&](std::size_t from, const char* bytes) {
                CHECK(from == seen.size());
                seen.append(bytes, 64);
                for (std::size_t i = 0; i < 64 + 16; ++i)
                    CHECK(bytes[i] == (from + i < text.size() ? text[from + i] : '\0'));
                return from < 640;
            });
            CHECK(seen.size() == std::min<std::size_t>((size + 63) / 64 * 64, 704));
            CHECK(seen.substr(0, size) == text.substr(0, seen.size()));
        }
    }

    TEST_CASE("a flaw is the maximal subpart, and incomplete only when more bytes could mend it") {
        CHECK(utf8_flaw("\xE2\x82").length == 2);
        CHECK(utf8_flaw("\xE2\x82").incomplete);
        CHECK(utf8_flaw("\xE2\x82x").length == 2);
        CHECK_FALSE(utf8_flaw("\xE2\x82x").incomplete);
        CHECK(utf8_flaw("\xF0\x9F\x98").length == 3);
        CHECK(utf8_flaw("\xE0\x80\x80").length == 1);
        CHECK(utf8_flaw("\xF4").incomplete);
        CHECK_FALSE(utf8_flaw("\xC0").incomplete);
    }
}
