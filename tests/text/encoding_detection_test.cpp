#include "text/encoding_detection.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/text_pieces.hpp"
#include "text/decoding.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

FoundEncoding find(std::string_view bytes, const std::string& named = {},
                   std::size_t piece = 1 << 20) {
    EncodingFinder finder(named);
    for (const auto part : byte_pieces(bytes, piece)) finder.push(as_bytes(part));
    return finder.finish();
}

void check_found(std::string_view bytes, const std::string& name, EncodingSource source,
                 const std::string& named = {}) {
    const auto found = find(bytes, named);
    CAPTURE(bytes);
    CHECK(found.name == name);
    CHECK(found.source == source);
}

std::uint64_t garbled(std::string_view text, std::size_t piece = 1 << 20) {
    EncodingFinder finder;
    for (const auto part : byte_pieces(text, piece)) finder.push(as_bytes(part));
    finder.finish();
    return finder.garbled();
}

// Text of 16-bit units, of which none needs two.
std::string in_units(std::u32string_view text, std::size_t width, bool big) {
    std::string bytes;
    for (const char32_t c : text) {
        for (std::size_t i = 0; i < width; ++i)
            bytes += static_cast<char>(c >> 8 * (big ? width - 1 - i : i));
    }
    return bytes;
}

// What a text looks like that was written as UTF-8 and read as windows-1252.
std::string read_wrongly(const std::string& text) {
    Decoder decoder({.encoding = "windows-1252"}, "text");
    std::string wrong;
    decoder.push(as_bytes(text), wrong);
    decoder.finish(wrong);
    return wrong;
}

const std::string k_english_1252 =
    "The sea\x92s a wide and lonely place, it\x92s said,\n"
    "\x93"
    "And nobody\x94 \x96 he sighed \x96 \x93has come back dead.\x94\n";
// Two lines of Pushkin.
const std::string k_russian =
    "\u041c\u043e\u0440\u043e\u0437 \u0438 \u0441\u043e\u043b\u043d\u0446\u0435; "
    "\u0434\u0435\u043d\u044c \u0447\u0443\u0434\u0435\u0441\u043d\u044b\u0439!\n"
    "\u0415\u0449\u0435 \u0442\u044b \u0434\u0440\u0435\u043c\u043b\u0435\u0448\u044c, "
    "\u0434\u0440\u0443\u0433 \u043f\u0440\u0435\u043b\u0435\u0441\u0442\u043d\u044b\u0439\n";

// The letters of Russian from U+0410 on stand in a row in windows-1251.
std::string in_windows_1251(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += utf8_length(text[i])) {
        const char32_t c = code_point_at(text, i);
        bytes += static_cast<char>(c < 0x80 ? c : c - 0x0410 + 0xC0);
    }
    return bytes;
}

}  // namespace

TEST_SUITE("text/encoding_detection") {
    using enum EncodingSource;

    TEST_CASE("a mark decides before all, then UTF-8, before what was named") {
        for (const char* named : {"", "windows-1252", "UTF-16LE"}) {
            check_found(
                "\xEF\xBB\xBF"
                "a",
                "UTF-8", mark, named);
            check_found(
                "\xFF\xFE"
                "a\0"s,
                "UTF-16LE", mark, named);
            check_found(k_russian, "UTF-8", utf8, named);
        }
        for (const auto& text : awkward_texts()) check_found(text, "UTF-8", utf8, "koi8-r");
        CHECK_THROWS_AS(EncodingFinder("klingon"), UsageError);
    }

    TEST_CASE("what was named holds for files that are not UTF-8, and where ASCII is not ASCII") {
        check_found(k_english_1252, "windows-1251", named, "windows-1251");
        check_found("plain", "UTF-8", utf8, "windows-1251");
        check_found("plain +2D3eAA-", "UTF-7", named, "UTF-7");
        check_found("\x1B$B8E\x1B(B", "ISO-2022-JP", named, "ISO-2022-JP");
        check_found("a\0b\0"s, "UTF-16LE", named, "UTF-16LE");
        check_found("\x81\x82\x83", "IBM037", named, "IBM037");
    }

    TEST_CASE("UTF-16 and UTF-32 are known without a mark, in every script") {
        struct Way {
            const char* name;
            std::size_t width;
            bool big;
        };
        for (const auto& [name, width, big] :
             {Way{"UTF-16LE", 2, false}, Way{"UTF-16BE", 2, true}, Way{"UTF-32LE", 4, false},
              Way{"UTF-32BE", 4, true}}) {
            for (const std::u32string_view text :
                 {U"The sea was calm.\n",
                  U"\u041c\u043e\u0440\u0435 \u0438 \u043d\u0435\u0431\u043e",
                  U"\u53e4\u6c60\u3084\u86d9\u98db\u3073\u3053\u3080\n\u6c34\u306e\u97f3\n"}) {
                check_found(in_units(text, width, big), name, EncodingSource::wide);
            }
        }
    }

    TEST_CASE("zero bytes among text, and what is no text, are not taken for UTF-16") {
        check_found("hi \0\0 there\n"s, "UTF-8", utf8);
        check_found("a line\n"s + std::string(40, '\0') + "another line, after a crash of it\n",
                    "UTF-8", utf8);
        check_found("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x8"s, "UTF-8", unknown);
        check_found(
            "\x7F"
            "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0\xd0\x6a\0\0"s,
            "UTF-8", unknown);
    }

    TEST_CASE("8-bit encodings are detected by their letters") {
        check_found(k_english_1252, "windows-1252", detected);
        check_found(in_windows_1251(k_russian), "windows-1251", detected);
        check_found("\x1B$B8EB\x1B(B", "ISO-2022-JP", detected);
        check_found("ab\xFF", "UTF-8", unknown);
    }

    TEST_CASE("UTF-8 with a few bad bytes stays UTF-8, whatever was named") {
        check_found(k_russian + "\xFF" + k_russian, "UTF-8", damaged);
        check_found(k_russian + "\xFF" + k_russian, "UTF-8", damaged, "windows-1252");
        check_found(k_russian + "\xD0", "UTF-8", damaged);
    }

    TEST_CASE("what is found does not depend on how the bytes are cut") {
        for (const auto& bytes :
             {k_russian, k_russian + "\xE2\x82", in_windows_1251(k_russian), k_english_1252,
              in_units(U"The sea was calm.", 2, false), polyglot()}) {
            const auto whole = find(bytes);
            for (const std::size_t piece : {1, 2, 3, 5, 7, 64}) {
                const auto found = find(bytes, "", piece);
                // The sample for the detector is another one; what is UTF-8 is so in any case.
                CHECK((found.source == whole.source || whole.source == detected));
                if (whole.source != detected) CHECK(found.name == whole.name);
                CHECK(garbled(bytes, piece) == garbled(bytes));
            }
        }
    }

    TEST_CASE("text that was decoded wrongly before is noticed, in pieces of any size") {
        const std::string wrong = read_wrongly(
            "It\u2019s \u201cthere\u201d \u2013 caf\u00e9, na\u00efve, \u00fcber\u2026 \u00a9");
        CHECK(wrong.find("\u00e2\u20ac\u2122") != std::string::npos);
        CHECK(garbled(wrong) >= 7);
        for (const std::size_t piece : {1, 2, 3, 5, 7})
            CHECK(garbled(wrong, piece) == garbled(wrong));
        CHECK(garbled(read_wrongly("\u0435\u0449\u0435 \u0442\u044b")) >= 3);
    }

    TEST_CASE("no language is taken for text that was decoded wrongly") {
        CHECK(garbled("LIBERT\u00c9 \u00bb et \u00ab MARQU\u00c9\u00ae CAF\u00c9\u201d "
                      "IRM\u00c3\u2026 IRM\u00c3\u201d \u00c0\u00bf \u00d1AND\u00da \u00d8\u201d, "
                      "5\u00a0\u00d7\u00b03, \u00e9t\u00e9\u00bb\u2026 \u00e2me") == 0);
        CHECK(garbled(polyglot()) == 0);
        for (const auto& text : awkward_texts()) CHECK(garbled(text) == 0);
    }

    TEST_CASE("control characters that no text has are told from those it has") {
        CHECK_FALSE(has_odd_controls("a\tb\r\n\f\x1B[0m caf\u00e9 \u0085"));
        CHECK(has_odd_controls("a\x01"));
        CHECK(has_odd_controls("caf\u0081"));
    }
}
