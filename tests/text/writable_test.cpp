#include "text/writable.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/utf8.hpp"

using namespace carousel;

namespace {

using Ids = std::vector<TokenId>;

Vocabulary with_bytes(std::string_view bytes, const std::vector<std::string>& characters = {}) {
    std::vector<Symbol> symbols{{SymbolKind::separator, ""}};
    for (const auto& character : characters) symbols.push_back({SymbolKind::character, character});
    for (const char byte : bytes) symbols.push_back({SymbolKind::byte, std::string(1, byte)});
    return Vocabulary(std::move(symbols));
}

std::string all_bytes() {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    return bytes;
}

// Follows every allowed path of bytes to a whole sequence and counts these.
std::size_t count_sequences(const Writable& writable, const std::string& begun = "") {
    std::size_t count = 0;
    for (const char byte : all_bytes()) {
        const auto bytes = begun + byte;
        if (!writable.begins(bytes)) continue;
        if (valid_utf8_prefix(bytes) == bytes.size())
            ++count;
        else
            count += count_sequences(writable, bytes);
    }
    return count;
}

}  // namespace

TEST_SUITE("text/writable") {
    TEST_CASE("with an unknown repertoire exactly the scalar values can be spelled") {
        const auto vocabulary = with_bytes(all_bytes(), {"\u00e9"});
        const Writable writable(vocabulary, {});
        CHECK(count_sequences(writable) == 0x110000 - 0x800);
        for (const char* invalid :
             {"\x80", "\xC0", "\xC1", "\xE0\x80", "\xE0\x9F", "\xED\xA0", "\xF0\x80", "\xF0\x8F",
              "\xF4\x90", "\xF5", "\xFF", "\xC3g", "\xC3\xA9\xA9", "ab"})
            CHECK_FALSE(writable.begins(invalid));
    }

    TEST_CASE("a byte that the vocabulary has nothing to complete with is never allowed") {
        // As in a model of Latin-1 bytes: leads without continuations.
        const Writable latin(with_bytes("ab\xE9\xC3"), {});
        CHECK_FALSE(latin.begins("\xE9"));
        CHECK_FALSE(latin.begins("\xC3"));
        CHECK(latin.never() == Ids{3, 4});
        // 80 cannot follow E0 and no other continuation is there; after E1 it can.
        const Writable few(with_bytes("\xE0\xE1\x80"), {});
        CHECK_FALSE(few.begins("\xE0"));
        CHECK(few.begins("\xE1"));
        CHECK(count_sequences(few) == 1);
    }

    TEST_CASE("with a known repertoire exactly its characters can be spelled") {
        const auto vocabulary = with_bytes(all_bytes());
        const Repertoire known{.unseen = {},
                               .spelled = {'v', 'w', 0xE9, 0x65E5, 0x65E6, 0x1F600, 0x10FFFF}};
        const Writable writable(vocabulary, known);
        CHECK(count_sequences(writable) == known.spelled.size());
        CHECK(writable.begins("w"));
        CHECK_FALSE(writable.begins("x"));
        CHECK_FALSE(writable.begins("\x1A"));
        CHECK(writable.begins("\xE6\x97"));
        CHECK(writable.begins("\xE6\x97\xA6"));
        CHECK_FALSE(writable.begins("\xE6\x97\xA7"));
        CHECK_FALSE(writable.begins("\xE6\x98"));
        // between characters: the bytes that begin one of these, and the separator
        CHECK(writable.never().size() == vocabulary.size() - 1 - 6);
    }

    TEST_CASE("symbols that never had to be predicted are never written") {
        const auto vocabulary = with_bytes("", {"a", "b", "c"});
        const Writable writable(vocabulary, Repertoire{.unseen = {0, 2}, .spelled = {}});
        CHECK(writable.never() == Ids{0, 2});
        CHECK(writable.unseen() == Ids{0, 2});
        CHECK(writable.any());
        CHECK(Writable(vocabulary, {}).never().empty());
    }

    TEST_CASE("a model of bytes that are no UTF-8 can write nothing") {
        CHECK_FALSE(Writable(with_bytes("\xE9\xE8"), {}).any());
        CHECK(Writable(with_bytes("\xE9\xE8z"), {}).any());
    }
}
