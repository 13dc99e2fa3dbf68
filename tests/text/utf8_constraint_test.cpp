#include "text/utf8_constraint.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "text/utf8.hpp"

using namespace carousel;

namespace {

Vocabulary with_bytes(std::string_view bytes, std::vector<std::string> characters = {}) {
    std::vector<Symbol> symbols{{SymbolKind::separator, ""}};
    for (auto& character : characters) symbols.push_back({SymbolKind::character, character});
    for (const char byte : bytes) symbols.push_back({SymbolKind::byte, std::string(1, byte)});
    return Vocabulary(std::move(symbols));
}

Vocabulary with_all_bytes() {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    return with_bytes(bytes, {"\u00e9"});
}

// Follows every allowed path of bytes to a whole sequence and counts these.
std::size_t count_sequences(const Vocabulary& vocabulary, const Utf8Constraint& constraint,
                            const std::string& bytes) {
    std::size_t count = 0;
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        const auto& [kind, text] = vocabulary.symbol(id);
        if (kind != SymbolKind::byte || !constraint.allows(id)) continue;
        Utf8Constraint next = constraint;
        next.push(id);
        if (!next.complete()) {
            count += count_sequences(vocabulary, next, bytes + text);
        } else {
            const std::string sequence = bytes + text;
            if (valid_utf8_prefix(sequence) != sequence.size()) FAIL("invalid sequence allowed");
            ++count;
        }
    }
    return count;
}

}  // namespace

TEST_SUITE("text/utf8_constraint") {
    TEST_CASE("exactly the scalar values can be spelled") {
        const Vocabulary vocabulary = with_all_bytes();
        CHECK(count_sequences(vocabulary, Utf8Constraint(vocabulary), "") == 0x110000 - 0x800);
    }

    TEST_CASE("characters and the separator stand only between whole sequences") {
        const Vocabulary vocabulary = with_all_bytes();
        Utf8Constraint constraint(vocabulary);
        const auto byte = [&](int value) {
            return *vocabulary.byte_symbol(static_cast<unsigned char>(value));
        };
        CHECK_FALSE(constraint.unconstrained());
        CHECK(constraint.allows(0));
        CHECK(constraint.allows(1));
        constraint.push(byte(0xC3));
        CHECK_FALSE(constraint.complete());
        CHECK_FALSE(constraint.allows(0));
        CHECK_FALSE(constraint.allows(1));
        CHECK_FALSE(constraint.allows(byte('a')));
        CHECK(constraint.allows(byte(0xA9)));
        constraint.push(byte(0xA9));
        CHECK(constraint.complete());
        CHECK(constraint.allows(1));
        CHECK_FALSE(constraint.allows(byte(0xA9)));
    }

    TEST_CASE("a byte that the vocabulary has nothing to complete with is never allowed") {
        // As in a model of Latin-1 bytes: leads without continuations.
        const Vocabulary latin = with_bytes("ab\xE9\xC3");
        CHECK_FALSE(Utf8Constraint(latin).allows(*latin.byte_symbol(0xE9)));
        CHECK_FALSE(Utf8Constraint(latin).allows(*latin.byte_symbol(0xC3)));
        // 80 cannot follow E0 and no other continuation is there; after E1 it can.
        const Vocabulary few = with_bytes("\xE0\xE1\x80");
        CHECK_FALSE(Utf8Constraint(few).allows(*few.byte_symbol(0xE0)));
        CHECK(Utf8Constraint(few).allows(*few.byte_symbol(0xE1)));
        CHECK(count_sequences(few, Utf8Constraint(few), "") == 1);
    }

    TEST_CASE("without byte symbols everything is always allowed") {
        const Vocabulary vocabulary = with_bytes("", {"a", "\u00e9"});
        const Utf8Constraint constraint(vocabulary);
        CHECK(constraint.unconstrained());
        for (TokenId id = 0; id < vocabulary.size(); ++id) CHECK(constraint.allows(id));
    }

    TEST_CASE("after an invalid byte in a prompt a new sequence starts") {
        const Vocabulary vocabulary = with_all_bytes();
        Utf8Constraint constraint(vocabulary);
        constraint.push(*vocabulary.byte_symbol(0xE2));
        constraint.push(*vocabulary.byte_symbol(0xC3));
        CHECK(constraint.allows(*vocabulary.byte_symbol(0xA9)));
        CHECK_FALSE(constraint.complete());
        constraint.push(*vocabulary.byte_symbol(0xFF));
        CHECK(constraint.complete());
    }

    TEST_CASE("a constraint set to where another stands allows the same") {
        const auto vocabulary = with_all_bytes();
        Utf8Constraint constraint(vocabulary);
        for (const char byte : std::string("a\xE2\x82\xAC\xF4\x8F\xBF\xBF")) {
            constraint.push(*vocabulary.byte_symbol(static_cast<unsigned char>(byte)));
            Utf8Constraint other(vocabulary);
            other.set_state(constraint.state());
            for (TokenId id = 0; id < vocabulary.size(); ++id) {
                CHECK(other.allows(id) == constraint.allows(id));
            }
        }
    }

    TEST_CASE("a place from which the alphabet can complete no sequence is refused") {
        const auto vocabulary = with_bytes("\xC3\xA9");
        Utf8Constraint constraint(vocabulary);
        CHECK_NOTHROW(constraint.set_state(1));
        for (const int state : {5, 7, 8, 255}) {
            CHECK_THROWS_AS(constraint.set_state(static_cast<std::uint8_t>(state)),
                            std::invalid_argument);
        }
    }
}
