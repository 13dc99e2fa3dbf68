#include "text/repertoire.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "text/character_counts.hpp"
#include "text/tokenizer.hpp"

using namespace carousel;

namespace {

using Numbers = std::vector<std::uint32_t>;

Tokenizer tokenizer_of(std::string_view text, const TextSettings& settings = {}) {
    CharacterCounts counts(settings.unit);
    counts.push(text);
    counts.finish();
    return {settings, Vocabulary::build(counts, settings)};
}

const TextSettings k_raw_bytes{
    .unit = Unit::byte, .normalization = Normalization::none, .newlines = Newlines::keep};

Repertoire repertoire_of(const Tokenizer& tokenizer, std::string_view text) {
    RepertoireFinder finder(tokenizer.vocabulary());
    finder.push(tokenizer.encode(text));
    return finder.found();
}

bool refused(const Repertoire& repertoire, const Vocabulary& vocabulary) {
    try {
        require_valid(repertoire, vocabulary);
    } catch (const std::invalid_argument&) {
        return true;
    }
    return false;
}

}  // namespace

TEST_SUITE("text/repertoire") {
    TEST_CASE("symbols that do not occur are unseen, the separator too") {
        const auto tokenizer = tokenizer_of("abc");
        CHECK(repertoire_of(tokenizer, "ca").unseen == Numbers{0, 2});
        RepertoireFinder finder(tokenizer.vocabulary());
        finder.push(std::vector<TokenId>{1, 2, 0, 3});
        CHECK(finder.found() == Repertoire{});
    }

    TEST_CASE("rare characters that bytes spell are found, however the ids are cut") {
        const std::string text = "aaa bbb v\u00e9\u65e5\U0001F600";
        const auto tokenizer = tokenizer_of(text, {.min_count = 3});
        const auto ids = tokenizer.encode(text);
        const Numbers spelled{' ', 'v', 0xE9, 0x65E5, 0x1F600};
        for (std::size_t cut = 0; cut <= ids.size(); ++cut) {
            RepertoireFinder finder(tokenizer.vocabulary());
            finder.push(std::span(ids).first(cut));
            finder.push(std::span(ids).subspan(cut));
            CHECK(finder.found().spelled == spelled);
        }
    }

    TEST_CASE("in a byte model what is no UTF-8 spells nothing and hides nothing") {
        const std::string text = "a\xC3\xE9\xC3\xA9\xFF\xE2\x82\xAC\xE2\x82";
        const auto tokenizer = tokenizer_of(text, k_raw_bytes);
        const auto repertoire = repertoire_of(tokenizer, text);
        CHECK(repertoire.spelled == Numbers{'a', 0xE9, 0x20AC});
        CHECK(repertoire.unseen == Numbers{0});
    }

    TEST_CASE("a character of its own between bytes ends what they began") {
        const auto tokenizer = tokenizer_of("aaa\u00e9", {.min_count = 3});
        const auto& vocabulary = tokenizer.vocabulary();
        RepertoireFinder finder(vocabulary);
        finder.push(std::vector{*vocabulary.byte_symbol(0xC3), *vocabulary.find(U'a'),
                                *vocabulary.byte_symbol(0xA9)});
        CHECK(finder.found().spelled.empty());
    }

    TEST_CASE(
        "what an earlier training saw stays seen, and new symbols are unseen until they come") {
        const auto old = tokenizer_of("abb", {.min_count = 2});
        const auto earlier = repertoire_of(old, "ab");
        CharacterCounts counts(Unit::codepoint);
        counts.push("cccddd\u00e9");
        counts.finish();
        const auto vocabulary = Vocabulary::merge(old.vocabulary(), counts, {.min_count = 2});
        const Tokenizer grown({.min_count = 2}, vocabulary);
        RepertoireFinder finder(vocabulary);
        finder.add(earlier, old.vocabulary().size());
        finder.push(grown.encode("c\u00e9"));
        const auto found = finder.found();
        CHECK(found.spelled == Numbers{'a', 0xE9});
        const auto seen = [&](TokenId id) {
            return std::find(found.unseen.begin(), found.unseen.end(), id) == found.unseen.end();
        };
        CHECK(seen(*vocabulary.find(U'b')));
        CHECK(seen(*vocabulary.find(U'c')));
        CHECK_FALSE(seen(*vocabulary.find(U'd')));
        CHECK(seen(*vocabulary.byte_symbol('a')));
        CHECK_FALSE(seen(*vocabulary.byte_symbol('b')));
    }

    TEST_CASE("what no training can have seen is refused") {
        const auto vocabulary = tokenizer_of("aaab", {.min_count = 2}).vocabulary();
        const auto letters = tokenizer_of("ab").vocabulary();
        CHECK_FALSE(refused({}, vocabulary));
        CHECK_FALSE(refused({.unseen = {0, 1}, .spelled = {'b', 0xD7FF, 0x10FFFF}}, vocabulary));
        CHECK(refused({.unseen = {1, 1}, .spelled = {}}, vocabulary));
        CHECK(refused({.unseen = {2, 1}, .spelled = {}}, vocabulary));
        CHECK(refused({.unseen = {3}, .spelled = {}}, letters));
        CHECK(refused({.unseen = {0, 1, 2}, .spelled = {}}, letters));
        CHECK(refused({.unseen = {1, 2}, .spelled = {}}, letters));
        CHECK(refused({.unseen = {}, .spelled = {'a'}}, letters));
        CHECK(refused({.unseen = {}, .spelled = {0xD800}}, vocabulary));
        CHECK(refused({.unseen = {}, .spelled = {0x110000}}, vocabulary));
        CHECK(refused({.unseen = {}, .spelled = {'b', 'a'}}, vocabulary));
        CHECK_THROWS_AS(Tokenizer({}, letters, Repertoire{.unseen = {3}, .spelled = {}}),
                        std::invalid_argument);
    }
}
