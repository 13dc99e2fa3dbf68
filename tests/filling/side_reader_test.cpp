#include "filling/side_reader.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "filling/small_nets.hpp"

using namespace carousel;

TEST_SUITE("filling/side_reader") {
    TEST_CASE("what may follow a side has probabilities that sum to one") {
        SideReader reader(small_nets().forward);
        auto side = reader.begin();
        reader.read(side, ids_of("bad ca"));
        REQUIRE(side.next.size() == reader.symbols());
        double sum = 0;
        for (const float log : side.next) sum += std::exp(double{log});
        CHECK(sum == doctest::Approx(1).epsilon(1e-5));
    }

    TEST_CASE("a text may be cut anywhere, and read beside others") {
        SideReader reader(small_nets().forward);
        const auto ids = ids_of(words(4));
        auto whole = reader.begin(), cut = whole, single = whole;
        reader.read(whole, ids);
        reader.read(cut, std::span(ids).first(5));
        reader.read(cut, {});
        reader.read(cut, std::span(ids).subspan(5));
        auto other = single;
        for (const auto id : ids) {
            Side* const sides[] = {&other, &single};
            const TokenId two[] = {3, id};
            reader.read_one(sides, two);
        }
        CHECK(cut.next == whole.next);
        CHECK(single.next == whole.next);
        CHECK(other.next != whole.next);
        CHECK(cut.memory.hidden == whole.memory.hidden);
    }

    TEST_CASE("surprisals and scores of a text are those of its symbols one after another") {
        SideReader reader(small_nets().forward);
        const auto ids = ids_of("faded egg");
        auto side = reader.begin();
        const auto begin = side;
        std::vector<double> expected;
        for (const auto id : ids) {
            expected.push_back(-double{side.next[id]});
            reader.read(side, {&id, 1});
        }
        auto other = begin;
        const auto found = reader.surprisals(other, ids);
        REQUIRE(found.size() == ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i)
            CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
        CHECK(other.next == side.next);
        // Of different lengths, and more than are read at once.
        std::vector<Continuation> continuations(SideReader::k_streams + 3, {&begin, ids});
        continuations[1].ids.clear();
        continuations[2].ids.resize(4);
        const auto scores = reader.scores(continuations);
        const auto sum = [&](std::size_t count) {
            return -std::accumulate(expected.begin(),
                                    expected.begin() + static_cast<std::ptrdiff_t>(count), 0.0);
        };
        CHECK(scores.front() == doctest::Approx(sum(ids.size())).epsilon(1e-4));
        CHECK(scores.back() == doctest::Approx(scores.front()));
        CHECK(scores[1] == 0);
        CHECK(scores[2] == doctest::Approx(sum(4)).epsilon(1e-4));
    }
}
