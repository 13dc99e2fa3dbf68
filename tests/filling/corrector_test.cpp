#include "filling/corrector.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "filling/small_nets.hpp"

using namespace carousel;

namespace {

std::vector<Correction> found_in(const std::string& text, double least_sure = 0.5,
                                 const std::vector<bool>& fixed = {}) {
    Corrector corrector(small_nets().forward, small_nets().backward, letters());
    return corrector.find(ids_of(text), least_sure, fixed);
}

std::string corrected(std::string text, const std::vector<Correction>& corrections) {
    for (auto each = corrections.rbegin(); each != corrections.rend(); ++each)
        text.replace(each->place, each->removed, text_of(each->ids));
    return text;
}

}  // namespace

TEST_SUITE("filling/corrector") {
    TEST_CASE("a slip of each kind is found where it is, and undone") {
        const auto text = words(100, 7);
        const auto place = text.find("decade", text.size() / 2);
        REQUIRE(place != std::string::npos);
        const auto with = [&](std::size_t at, std::size_t removed, const char* put) {
            auto changed = text;
            return changed.replace(place + at, removed, put);
        };
        struct Case {
            std::string text;
            Slip slip;
        };
        for (const auto& [changed, slip] :
             {Case{with(2, 1, "f"), Slip::substitution}, Case{with(2, 1, ""), Slip::omission},
              Case{with(3, 1, "aa"), Slip::doubling}, Case{with(2, 2, "ac"), Slip::exchange}}) {
            CAPTURE(changed.substr(place - 8, 24));
            const auto found = found_in(changed, 0.1);
            REQUIRE(found.size() == 1);
            CHECK(found.front().slip == slip);
            CHECK(corrected(changed, found) == text);
            CHECK(found.front().gain.forward > 0);
            CHECK(found.front().gain.backward > 0);
            CHECK(found.front().sure >= 0.1);
            CHECK(found.front().sure <= 1);
        }
    }

    TEST_CASE("a text without slips is left alone") {
        CHECK(found_in(words(120, 3), 0.5).empty());
    }

    TEST_CASE("slips at both ends of a text and on both sides of a block are found") {
        auto text = words(160, 11);
        const auto whole = text;
        std::vector<std::size_t> places;
        for (std::size_t near : {2U, 250U, 262U, 510U, 640U}) {
            const auto at = text.find("age", near);
            REQUIRE(at != std::string::npos);
            if (places.empty() || at > places.back() + 8) places.push_back(at);
        }
        for (const auto at : places) text[at] = 'f';
        const auto found = found_in(text);
        CHECK(found.size() == places.size());
        CHECK(corrected(text, found) == whole);
    }

    TEST_CASE("a higher threshold leaves fewer corrections, none of them new") {
        auto text = words(100, 5);
        for (std::size_t i = 20; i < text.size(); i += 29) text[i] = 'g';
        const auto many = found_in(text, 0.01), few = found_in(text, 0.9);
        CHECK(few.size() < many.size());
        for (const auto& each : few) {
            CHECK(each.sure >= 0.9);
            CHECK(std::ranges::any_of(
                many, [&](const Correction& other) { return other.place == each.place; }));
        }
        for (std::size_t i = 1; i < many.size(); ++i)
            CHECK(many[i].place >= many[i - 1].place + Corrector::k_apart);
    }

    TEST_CASE("what is fixed is never touched") {
        auto text = words(60);
        const auto at = text.find("faded", 100) + 2;
        text[at] = 'b';
        REQUIRE(found_in(text).size() == 1);
        std::vector<bool> fixed(text.size());
        fixed[at] = true;
        for (const auto& each : found_in(text, 0, fixed))
            CHECK((each.place > at || each.place + each.removed <= at));
    }

    TEST_CASE("texts of a few characters are read, and how far it is is told") {
        CHECK(found_in("").empty());
        CHECK(found_in("b").empty());
        CHECK(found_in("ba").empty());
        std::vector<double> shares;
        Corrector corrector(small_nets().forward, small_nets().backward, letters());
        corrector.find(ids_of(words(160)), 0.9, {}, [&](double share) { shares.push_back(share); });
        CHECK(shares.size() > 1);
        CHECK(std::ranges::is_sorted(shares));
        CHECK(shares.back() == 1);
    }
}
