#include "text/decoding.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"
#include "support/text_pieces.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

std::string decode(std::string_view bytes, const DecodingSettings& settings, std::size_t piece) {
    Decoder decoder(settings, "verse.txt");
    std::string text;
    for (const auto part : byte_pieces(bytes, piece)) decoder.push(as_bytes(part), text);
    decoder.finish(text);
    CHECK(valid_utf8_prefix(text) == text.size());
    return text;
}

// Decodes in pieces of 1 to 7 bytes and whole, and wants the same each time.
void check_decodes(std::string_view bytes, const DecodingSettings& settings,
                   const std::string& expected) {
    for (const std::size_t piece : {1, 2, 3, 4, 5, 6, 7, 1 << 20}) {
        CAPTURE(piece);
        CHECK(decode(bytes, settings, piece) == expected);
    }
}

void check_refused(std::string_view bytes, const DecodingSettings& settings,
                   const std::string& where) {
    for (const std::size_t piece : {1, 2, 3, 4, 5, 6, 7, 1 << 20}) {
        CAPTURE(piece);
        std::string message;
        try {
            decode(bytes, settings, piece);
        } catch (const InputError& error) {
            message = error.what();
        }
        CAPTURE(message);
        CHECK(message.find("verse.txt: not valid ") == 0);
        CHECK(message.find(" at byte offset " + where + ".") != std::string::npos);
        CHECK(message.find("--encoding") != std::string::npos);
        CHECK(message.find("--invalid") != std::string::npos);
    }
}

std::string utf16(std::u16string_view text, bool big) {
    std::string bytes;
    for (const char16_t unit : text) {
        const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
        bytes += {big ? high : low, big ? low : high};
    }
    return bytes;
}

std::string utf32(std::u32string_view text, bool big) {
    std::string bytes;
    for (const char32_t c : text) {
        for (int i = 0; i < 4; ++i) bytes += static_cast<char>(c >> (big ? 24 - 8 * i : 8 * i));
    }
    return bytes;
}

}  // namespace

TEST_SUITE("text/decoding") {
    TEST_CASE("UTF-8 comes out as it went in, however it is cut") {
        check_decodes(polyglot(), {}, polyglot());
        for (const auto& text : awkward_texts()) check_decodes(text, {}, text);
    }

    TEST_CASE("a byte-order mark chooses the encoding and is dropped") {
        const std::string text = "Gr\u00fc\u00dfe \u65e5\u672c \U0001F600\n";
        check_decodes("\xEF\xBB\xBF" + text, {}, text);
        const std::u16string marked = u"\uFEFFGr\u00fc\u00dfe \u65e5\u672c \U0001F600\n";
        const std::u32string marked32 = U"\uFEFFGr\u00fc\u00dfe \u65e5\u672c \U0001F600\n";
        for (const bool big : {false, true}) {
            check_decodes(utf16(marked, big), {}, text);
            check_decodes(utf32(marked32, big), {}, text);
        }
        check_decodes("\xEF\xBB\xBF", {}, "");
        check_decodes("\xFF\xFE", {}, "");
        check_decodes(
            "\xFF\xFE"
            "a\0"s,
            {}, "a");
        // Only one mark is a mark; inside the text it is a character.
        check_decodes(
            "\xEF\xBB\xBF\xEF\xBB\xBF"
            "a\xEF\xBB\xBF",
            {}, "\uFEFFa\uFEFF");
    }

    TEST_CASE("a named encoding is obeyed") {
        check_decodes(
            "Gr\xFC\xDF"
            "e",
            {.encoding = "ISO-8859-1"}, "Gr\u00fc\u00dfe");
        check_decodes("\x93\xFA\x96\x7B", {.encoding = "Shift_JIS"}, "\u65e5\u672c");
        check_decodes("\xC8\xD5\xB1\xBE\x94\x39\xFC\x36", {.encoding = "GB18030"},
                      "\u65e5\u672c\U0001F600");
        check_decodes(
            "\xEF\xBB\xBF"
            "a",
            {.encoding = "utf8"}, "a");
        check_decodes(
            "\xEF\xBB\xBF"
            "a",
            {.encoding = "windows-1252"},
            "\u00ef\u00bb\u00bf"
            "a");
        check_decodes("+2D3eAA-!", {.encoding = "UTF-7"}, "\U0001F600!");
        CHECK_THROWS_AS(decode("a", {.encoding = "klingon"}, 1), UsageError);
        CHECK_THROWS_AS(require_known_encoding("klingon"), UsageError);
        CHECK_NOTHROW(require_known_encoding("koi8-r"));
    }

    TEST_CASE("invalid UTF-8 is refused with the offset of its first byte and its bytes") {
        check_refused("abc\xFFxyz", {}, "3: ff");
        check_refused("\xE2\x82", {}, "0: e2 82");
        check_refused("ab\xE2\x82\x63", {}, "2: e2 82");
        check_refused(
            "\xEF\xBB\xBF"
            "ab\xC3",
            {}, "5: c3");
        check_refused(std::string(100000, 'x') + "\xED\xA0\x80", {}, "100000: ed");
        check_refused(
            "\xFF\xFE"
            "a\0"s,
            {.encoding = "UTF-8"}, "0: ff");
    }

    TEST_CASE("invalid input of other encodings is refused with the right offset") {
        // A lead surrogate alone, a trail surrogate alone, half a unit.
        check_refused(
            "\xFF\xFE"
            "a\0\x3D\xD8"
            "b\0"s,
            {}, "4: 3d d8");
        check_refused("\xFE\xFF\0a\xDE\0\0b"s, {}, "4: de 00");
        check_refused("a\0b\0c"s, {.encoding = "UTF-16LE"}, "4: 63");
        check_refused("a\0\x3D\xD8"s, {.encoding = "UTF-16LE"}, "2: 3d d8");
        check_refused(utf32(U"abc", true) + "\0\x11\0\0"s, {.encoding = "UTF-32BE"},
                      "12: 00 11 00 00");
        check_refused("abc\x93\xFA\x82\x20 z", {.encoding = "Shift_JIS"}, "5: 82");
        check_refused("abc\x82", {.encoding = "Shift_JIS"}, "3: 82");
        check_refused(
            "\xC8\xD5"
            "ab\xFF!",
            {.encoding = "GB18030"}, "4: ff");
        check_refused("abc\xE9", {.encoding = "US-ASCII"}, "3: e9");
        check_refused("abc\x94\x39\xFC\x41", {.encoding = "GB18030"}, "3: 94");
        check_refused("abc\x8F\xA2z", {.encoding = "EUC-JP"}, "3: 8f");
        // Where the same bytes stand before and behind, their place is not to be found by a look.
        check_refused("a\0\x3D\xD8\x3D\xD8\0\xDE"s, {.encoding = "UTF-16LE"}, "2: 3d d8");
        check_refused("a\0\x3D\xD8\x3D\xD8\x3D\xD8"s, {.encoding = "UTF-16LE"}, "2: 3d d8");
        check_refused("a\0\0\xDC\0\xDC\0\xDC"s, {.encoding = "UTF-16LE"}, "2: 00 dc");
        check_refused(std::string(70000, '\0') + "\xD8\x3D\xD8\x3D\0a"s, {.encoding = "UTF-16BE"},
                      "70000: d8 3d");
        check_refused("\x94\x39\x94\x39\xFC\x36\x94\x39", {.encoding = "GB18030"},
                      "4: fc 36 94 39");
        check_refused("abc\x82\x82\x82\x20", {.encoding = "Shift_JIS"}, "5: 82");
        check_refused("a\xED\xA0\x80z", {.encoding = "CESU-8"}, "1: ed a0 80");
    }

    TEST_CASE("invalid parts become U+FFFD or vanish when asked") {
        const std::string bytes =
            "a\xE2\x82"
            "b\xFF\xFF"
            "c\xF0\x9F";
        check_decodes(bytes, {.invalid = InvalidInput::replace},
                      "a\uFFFD"
                      "b\uFFFD\uFFFD"
                      "c\uFFFD");
        check_decodes(bytes, {.invalid = InvalidInput::skip}, "abc");
        const std::string units =
            "\xFF\xFE"
            "a\0\x3D\xD8"
            "b\0c"s;
        check_decodes(units, {.invalid = InvalidInput::replace},
                      "a\uFFFD"
                      "b\uFFFD");
        check_decodes(units, {.invalid = InvalidInput::skip}, "ab");
        check_decodes(
            "a\x80"
            "b",
            {.encoding = "US-ASCII", .invalid = InvalidInput::replace},
            "a\uFFFD"
            "b");
        // CESU-8 lets a surrogate alone pass; the text stays valid all the same.
        check_decodes(
            "a\xED\xA0\x80"
            "b",
            {.encoding = "CESU-8", .invalid = InvalidInput::skip}, "ab");
        check_decodes(
            "a\xED\xB0\x80"
            "b",
            {.encoding = "CESU-8", .invalid = InvalidInput::replace},
            "a\uFFFD"
            "b");
    }
}
