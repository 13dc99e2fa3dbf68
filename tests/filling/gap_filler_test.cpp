#include "filling/gap_filler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>

#include "filling/small_nets.hpp"

using namespace carousel;

namespace {

/// The best filling of the gap in "left...right".
std::vector<Filling> filled(std::string_view left, std::string_view right, std::size_t shortest,
                            std::size_t longest) {
    GapFiller filler(small_nets().forward, small_nets().backward, letters());
    filler.read(ids_of(left));
    const auto ids = ids_of(right);
    return filler.fill({.right = ids, .shortest = shortest, .longest = longest});
}

std::string best(std::string_view left, std::string_view right, std::size_t shortest,
                 std::size_t longest) {
    return text_of(filled(left, right, shortest, longest).front().ids);
}

}  // namespace

TEST_SUITE("filling/gap_filler") {
    TEST_CASE("a gap of one symbol gets what fits to both sides, with probabilities") {
        CHECK(best("egg ca", "e bad ", 1, 1) == "g");
        CHECK(best("bad fad", "d egg ", 1, 1) == "e");
        const auto all = filled("egg ca", "e bad ", 1, 1);
        CHECK(all.size() == letters().size());
        CHECK(std::accumulate(all.begin(), all.end(), 0.0, [](double sum, const Filling& each) {
                  return sum + each.share;
              }) == doctest::Approx(1));
        CHECK(std::ranges::is_sorted(all, std::ranges::greater{}, &Filling::share));
    }

    TEST_CASE("what stands behind a gap decides where what stands before it does not") {
        // After a blank both words are possible.
        CHECK(best("bad ", "ge bad ", 2, 2) == "ca");
        CHECK(best("bad ", "ded bad ", 2, 2) == "fa");
        CHECK(best("bad ", "ade bad ", 3, 3) == "dec");
    }

    TEST_CASE("a longer gap is filled with words, and its length is found") {
        CHECK(best("egg deca", "ed egg ", 6, 6) == "de fad");
        CHECK(best("egg de", "e bad ", 1, 6) == "cad");
        for (const auto& each : filled("bad ", " egg ", 2, 4)) {
            CHECK(each.ids.size() >= 2);
            CHECK(each.ids.size() <= 4);
        }
    }

    TEST_CASE("of all short texts the best one is found, and no text twice") {
        GapFiller filler(small_nets().forward, small_nets().backward, letters());
        filler.read(ids_of("egg f"));
        const auto right = ids_of("ed egg ");
        const Gap gap{.right = right, .shortest = 2, .longest = 2};
        std::vector<std::vector<TokenId>> texts;
        for (const auto a : letters())
            for (const auto b : letters()) texts.push_back({a, b});
        const auto all = filler.judge(gap, texts);
        const auto expected = std::ranges::max_element(all, {}, &Filling::share);
        const auto found = filler.fill(gap);
        CHECK(found.front().ids == expected->ids);
        CHECK(found.front().alone.forward == doctest::Approx(expected->alone.forward));
        CHECK(found.front().with_side.backward == doctest::Approx(expected->with_side.backward));
        std::set<std::vector<TokenId>> different;
        for (const auto& each : found) different.insert(each.ids);
        CHECK(different.size() == found.size());
    }

    TEST_CASE("a text may begin or end with a gap") {
        CHECK(best("", "ge bad ", 2, 2) == "ca");
        CHECK(best("bad deca", "", 2, 2) == "de");
        CHECK(best("", "", 3, 3).size() == 3);
    }

    TEST_CASE("one text is read as several") {
        GapFiller whole(small_nets().forward, small_nets().backward, letters());
        whole.read(ids_of("bad cage fa"));
        const auto right = ids_of("ed egg ");
        const auto a = whole.fill({.right = right, .shortest = 1, .longest = 3});
        GapFiller parts(small_nets().forward, small_nets().backward, letters());
        for (const auto* part : {"bad", " ", "cage f", "a"}) parts.read(ids_of(part));
        const auto b = parts.fill({.right = right, .shortest = 1, .longest = 3});
        REQUIRE(a.size() == b.size());
        CHECK(a.front().ids == b.front().ids);
        CHECK(a.front().share == b.front().share);
    }

    TEST_CASE("symbols that the nets do not have, and lengths out of range, are refused") {
        CHECK_THROWS_AS(GapFiller(small_nets().forward, small_nets().backward, {99}),
                        std::logic_error);
        CHECK_THROWS_AS(GapFiller(small_nets().forward, small_nets().backward, {}),
                        std::logic_error);
        CHECK_THROWS_AS(filled("bad", "egg", 0, 1), std::logic_error);
        CHECK_THROWS_AS(filled("bad", "egg", 2, 1), std::logic_error);
        CHECK_THROWS_AS(filled("bad", "egg", 1, k_longest_filling + 1), std::logic_error);
    }
}
