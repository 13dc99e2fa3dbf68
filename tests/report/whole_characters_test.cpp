#include "report/whole_characters.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace carousel;

namespace {

using Pieces = std::vector<std::pair<std::string, double>>;

Pieces joined(const Pieces& pieces) {
    Pieces whole;
    WholeCharacters characters(
        [&](const PredictedCharacter& c) { whole.emplace_back(c.text, c.nats); });
    for (const auto& [text, nats] : pieces) characters.add({text, nats});
    characters.finish();
    return whole;
}

}  // namespace

TEST_SUITE("report/whole_characters") {
    TEST_CASE("characters pass as they are") {
        const Pieces pieces{{"a", 1}, {"\u65e5", 2}, {"e\u0301", 3}, {"\r\n", 4}};
        CHECK(joined(pieces) == pieces);
    }

    TEST_CASE("bytes of a sequence become one character with the sum of their nats") {
        CHECK(joined({{"a", 1}, {"\xe6", 2}, {"\x97", 3}, {"\xa5", 4}, {"b", 5}}) ==
              Pieces{{"a", 1}, {"\u65e5", 9}, {"b", 5}});
        CHECK(joined({{"\xf0", 1}, {"\x9f", 1}, {"\x98", 1}, {"\x80", 1}}) ==
              Pieces{{"\U0001F600", 4}});
    }

    TEST_CASE("what was likely is that in the place of the first byte") {
        const std::vector<LikelyText> first{{"a", 0.5}}, second{{"b", 0.5}};
        std::string told;
        WholeCharacters characters([&](const PredictedCharacter& c) {
            for (const auto& likely : c.likely) told += likely.text;
        });
        characters.add({"\xc3", 1, first});
        characters.add({"\xa9", 1, second});
        characters.add({"x", 1, second});
        CHECK(told == "ab");
    }

    TEST_CASE("no byte and no nat is lost where a sequence is broken") {
        CHECK(joined({{"\xe6", 2}, {"\x97", 3}, {"b", 5}}) == Pieces{{"\xe6\x97", 5}, {"b", 5}});
        CHECK(joined({{"\xe6", 2}, {"\xe6", 3}, {"\x97", 1}, {"\xa5", 1}}) ==
              Pieces{{"\xe6", 2}, {"\u65e5", 5}});
        CHECK(joined({{"\xff", 2}, {"\x97", 3}}) == Pieces{{"\xff", 2}, {"\x97", 3}});
        CHECK(joined({{"\xe6", 2}}) == Pieces{{"\xe6", 2}});
    }
}
