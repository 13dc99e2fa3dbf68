#include "report/line_chart.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>

#include "support/well_formed.hpp"

using namespace carousel;

namespace {

LineChart two_lines() {
    return {.caption = "Loss <of> \"a\" & b",
            .x = {.label = "steps", .from_zero = true},
            .y = {.label = "nats"},
            .series = {{.name = "validation", .points = {{100, 2.5, "first"}, {200, 1.5, "last"}}},
                       {.name = "training", .points = {{100, 3.0}, {200, 1.0}}}},
            .mark = ChartPoint{200, 1.5, "best"}};
}

std::vector<double> numbers_of(const std::string& svg, const char* pattern) {
    std::vector<double> numbers;
    const std::regex expression(pattern);
    for (std::sregex_iterator match(svg.begin(), svg.end(), expression), end; match != end; ++match)
        numbers.push_back(std::stod((*match)[1]));
    return numbers;
}

}  // namespace

TEST_SUITE("report/line_chart") {
    TEST_CASE("the drawing is well-formed and tells names, notes and axes") {
        const auto svg = to_svg(two_lines());
        CHECK(WellFormed::flaw(svg) == "");
        for (const char* part : {">validation<", ">training<", ">steps<", ">nats<", "first", "best",
                                 "Loss &lt;of&gt; &quot;a&quot; &amp; b"}) {
            CHECK_MESSAGE(svg.find(part) != std::string::npos, part);
        }
    }

    TEST_CASE("larger numbers are further right and further up, in proportion") {
        const auto svg = to_svg(two_lines());
        const auto x = numbers_of(svg, R"rx(<circle cx="([0-9.-]+)")rx");
        const auto y = numbers_of(svg, R"rx(<circle cx="[0-9.-]+" cy="([0-9.-]+)")rx");
        REQUIRE(x.size() == 4);
        const double zero = numbers_of(svg, R"rx(class="middle" x="([0-9.-]+)")rx").front();
        CHECK(x[1] - zero == doctest::Approx(2 * (x[0] - zero)).epsilon(0.002));
        CHECK(x[2] == x[0]);
        CHECK(y[2] < y[0]);
        CHECK(y[0] < y[1]);
        CHECK(y[1] < y[3]);
        CHECK(y[1] - y[0] == doctest::Approx((y[3] - y[2]) / 2).epsilon(0.002));
    }

    TEST_CASE("names of lines that end close together stand apart") {
        auto chart = two_lines();
        chart.series[1].points.back().y = 1.501;
        const auto y =
            numbers_of(to_svg(chart), R"rx(<text class="c[01]" x="[0-9.-]+" y="([0-9.-]+)")rx");
        REQUIRE(y.size() == 2);
        CHECK(std::abs(y[1] - y[0]) > 14);
    }

    TEST_CASE("many names that end in one place stand apart, around it and in their order") {
        LineChart chart{.caption = "c", .x = {.label = "x"}, .y = {.label = "y"}, .series = {}};
        for (int i = 0; i < 6; ++i) {
            const double end = i == 5 ? 9 : 5 - 0.001 * i;
            chart.series.push_back(
                {.name = "line " + std::to_string(i), .points = {{0, 0}, {1, end}}});
        }
        const auto y =
            numbers_of(to_svg(chart), R"rx(<text class="c[0-9]" x="[0-9.-]+" y="([0-9.-]+)")rx");
        REQUIRE(y.size() == 6);
        for (std::size_t i = 1; i < y.size(); ++i) CHECK(y[i] - y[i - 1] > 14);
        const auto ends = numbers_of(to_svg(chart), R"rx(cy="([0-9.-]+)")rx");
        CHECK(y[3] - 4 == doctest::Approx(ends[5]).epsilon(0.02));  // the middle one of five
        CHECK(y[0] - 4 == doctest::Approx(ends[11]).epsilon(0.02));
    }

    TEST_CASE("lines of one colour share it, and a line without a name has none at its end") {
        LineChart chart{.caption = "c", .x = {.label = "x"}, .y = {.label = "y"}, .series = {}};
        chart.series.push_back({.name = "a", .points = {{0, 1}, {1, 2}}, .colour = 3});
        chart.series.push_back({.name = "", .points = {{0, 2}, {1, 3}}, .colour = 3});
        const auto svg = to_svg(chart);
        CHECK(numbers_of(svg, R"rx(<g class="c([0-9])">)rx") == std::vector<double>{3, 3});
        CHECK(numbers_of(svg, R"rx(<text class="c([0-9])")rx") == std::vector<double>{3});
    }

    TEST_CASE("a long name has room beside the lines") {
        auto chart = two_lines();
        chart.mark.reset();
        const auto wide = numbers_of(to_svg(chart), R"rx(<circle cx="([0-9.-]+)")rx");
        chart.series[0].name = "attention-lstm";
        const auto narrow = numbers_of(to_svg(chart), R"rx(<circle cx="([0-9.-]+)")rx");
        CHECK(wide[1] - narrow[1] > 20);
    }

    TEST_CASE("a single point, a flat line and tiny numbers are drawn within the picture") {
        for (const auto& points : {std::vector<ChartPoint>{{5, 5}}, std::vector<ChartPoint>{{0, 0}},
                                   std::vector<ChartPoint>{{1, 2}, {9, 2}},
                                   std::vector<ChartPoint>{{1, 1e-7}, {2, 3e-7}},
                                   std::vector<ChartPoint>{{1, -3}, {2, 1e9}}}) {
            const auto svg = to_svg({.caption = "c",
                                     .x = {.label = "x", .from_zero = true},
                                     .y = {.label = "y"},
                                     .series = {{.name = "n", .points = points}}});
            CHECK(WellFormed::flaw(svg) == "");
            CHECK(svg.find("nan") == std::string::npos);
            CHECK(svg.find("inf") == std::string::npos);
            for (const double y : numbers_of(svg, R"rx(cy="([0-9.e+-]+)")rx")) {
                CHECK(y >= 0);
                CHECK(y <= 290);
            }
        }
    }

    TEST_CASE("numbers of any size, or hardly apart, are drawn in bounded time and space") {
        constexpr double k_most = std::numeric_limits<double>::max();
        const double next = std::nextafter(1.0, 2.0);
        for (const auto& points :
             {std::vector<ChartPoint>{{1, 1}, {2, next}},
              std::vector<ChartPoint>{{1, 1}, {next, 2}},
              std::vector<ChartPoint>{{0, -k_most}, {k_most, k_most}, {1, 1}},
              std::vector<ChartPoint>{{0, 0}, {1, std::nan("")}, {2, INFINITY}},
              std::vector<ChartPoint>{{1e18, 1e-300}, {1e18 + 4096, 2e-300}}}) {
            for (const bool cut : {false, true}) {
                const auto svg = to_svg({.caption = "c",
                                         .x = {.label = "x", .from_zero = cut},
                                         .y = {.label = "y", .cut = cut},
                                         .series = {{.name = "n", .points = points}},
                                         .mark = points.back()});
                CHECK(WellFormed::flaw(svg) == "");
                CHECK(svg.size() < 10'000);
                CHECK(svg.find("nan") == std::string::npos);
                CHECK(svg.find("inf") == std::string::npos);
            }
        }
    }

    TEST_CASE("of a very long history so many points are drawn, the last among them") {
        std::vector<ChartPoint> points;
        for (int i = 1; i <= 100'000; ++i)
            points.push_back({double(i), 1.0 / i, i == 100'000 ? "the last" : ""});
        const auto svg = to_svg({.caption = "c",
                                 .x = {.label = "x"},
                                 .y = {.label = "y"},
                                 .series = {{.name = "n", .points = points}}});
        CHECK(numbers_of(svg, R"rx(<circle cx="([0-9.-]+)")rx").size() == k_most_points);
        CHECK(svg.find("the last") != std::string::npos);
    }

    TEST_CASE("a cut axis fits the last four fifths, and what was higher leaves it at its top") {
        std::vector<ChartPoint> points;
        for (int i = 1; i <= 100; ++i) points.push_back({double(i), i < 20 ? 9.0 : 2 - i * 0.005});
        LineChart chart{.caption = "c",
                        .x = {.label = "x", .from_zero = true},
                        .y = {.label = "y", .cut = true},
                        .series = {{.name = "n", .points = points}}};
        const auto heights = [](const std::string& svg) {
            return numbers_of(svg, R"rx(<circle cx="[0-9.-]+" cy="([0-9.-]+)")rx");
        };
        const auto cut = to_svg(chart);
        chart.y.cut = false;
        const auto whole = to_svg(chart);
        const auto range = [](const std::vector<double>& all) {
            const auto [low, high] = std::minmax_element(all.begin(), all.end());
            return *high - *low;
        };
        CHECK(heights(whole).size() == 100);
        CHECK(heights(cut).size() == 81);
        CHECK(range(heights(cut)) > 180);
        const auto tail = heights(whole);
        CHECK(range({tail.begin() + 19, tail.end()}) < 20);
        // The line comes in at the upper edge of the plane and not from above it.
        const auto first = numbers_of(cut, R"rx(points="[0-9.]+,([0-9.-]+))rx");
        REQUIRE(first.size() == 1);
        CHECK(first[0] == doctest::Approx(30).epsilon(0.01));
    }

    TEST_CASE("the mark is seen, also where it lies in what is cut") {
        LineChart chart{.caption = "c",
                        .x = {.label = "x", .from_zero = true},
                        .y = {.label = "y", .cut = true},
                        .series = {{.name = "n", .points = {{1, 1}, {50, 3}, {100, 4}}}},
                        .mark = ChartPoint{1, 1, "best"}};
        CHECK(to_svg(chart).find(">best<") != std::string::npos);
    }

    TEST_CASE("without a point there is no drawing") {
        CHECK(to_svg({.caption = "c", .x = {}, .y = {}, .series = {{.name = "n", .points = {}}}})
                  .empty());
    }
}
