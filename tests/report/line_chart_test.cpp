#include "report/line_chart.hpp"

#include <doctest/doctest.h>

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

    TEST_CASE("without a point there is no drawing") {
        CHECK(to_svg({.caption = "c", .x = {}, .y = {}, .series = {{.name = "n", .points = {}}}})
                  .empty());
    }
}
