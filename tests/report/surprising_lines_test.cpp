#include "report/surprising_lines.hpp"

#include <doctest/doctest.h>

#include <numbers>

#include "support/well_formed.hpp"

using namespace carousel;

namespace {

void add_line(SurprisingLines& lines, const std::string& place, int length, double bits) {
    lines.start_line({0, 1}, place);
    for (int i = 1; i < length; ++i) lines.add({"x", bits * std::numbers::ln2});
    lines.add({"\n", bits * std::numbers::ln2});
}

std::string places(const SurprisingLines& lines) {
    std::string all;
    for (const auto& line : lines.lines()) all += line.name;
    return all;
}

}  // namespace

TEST_SUITE("report/surprising_lines") {
    TEST_CASE("the most surprising come first, of equals the earlier, and so many stay") {
        SurprisingLines lines({.most = 3, .shortest = 2, .shown = 10});
        add_line(lines, "a", 5, 2);
        add_line(lines, "b", 5, 3);
        add_line(lines, "c", 50, 2);
        add_line(lines, "d", 5, 1);
        add_line(lines, "e", 5, 9);
        lines.finish();
        CHECK(places(lines) == "eba");
        CHECK(lines.lines()[1].bits_per_character == doctest::Approx(3));
        CHECK(lines.lines()[1].characters == 5);
    }

    TEST_CASE("short lines are not looked at") {
        SurprisingLines lines({.most = 3, .shortest = 4, .shown = 10});
        add_line(lines, "a", 3, 20);
        add_line(lines, "b", 4, 1);
        lines.finish();
        CHECK(places(lines) == "b");
    }

    TEST_CASE("the mean is that of the whole line, of which the beginning is shown") {
        SurprisingLines lines({.most = 3, .shortest = 1, .shown = 4});
        lines.start_line({3, 4}, "a");
        for (int i = 0; i < 100; ++i) lines.add({"x", i < 50 ? 0 : 2 * std::numbers::ln2});
        lines.finish();
        REQUIRE(lines.lines().size() == 1);
        const auto& line = lines.lines()[0];
        CHECK(line.bits_per_character == doctest::Approx(1));
        CHECK(line.place == LinePlace{3, 4});
        CHECK(line.html ==
              "<i data-b=\"0.00\">x</i><i data-b=\"0.00\">x</i>"
              "<i data-b=\"0.00\">x</i><i data-b=\"0.00\">x</i> \u2026");
    }
}
