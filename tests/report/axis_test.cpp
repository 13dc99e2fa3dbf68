#include "report/axis.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

using namespace carousel;

TEST_SUITE("report/axis") {
    TEST_CASE("ticks are round numbers within the limits") {
        CHECK(round_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
        CHECK(round_ticks(1.43, 4.2, 6) == std::vector<double>{1.5, 2, 2.5, 3, 3.5, 4});
        CHECK(round_ticks(0, 2216, 6) == std::vector<double>{0, 500, 1000, 1500, 2000});
        CHECK(round_ticks(-3, 3, 3) == std::vector<double>{-2, 0, 2});
    }

    TEST_CASE("there are some ticks and not too many, whatever the limits") {
        for (double low = -7; low < 7; low += 0.37) {
            for (double width = 1e-6; width < 1e9; width *= 1.7) {
                const auto ticks = round_ticks(low, low + width, 6);
                CHECK(ticks.size() >= 2);
                CHECK(ticks.size() <= 7);
                CHECK(ticks.front() >= low - width * 1e-5);
                CHECK(ticks.back() <= low + width * (1 + 1e-5));
            }
        }
    }

    TEST_CASE("limits that are hardly apart, or as far as can be, have few ticks or none") {
        constexpr double k_most = std::numeric_limits<double>::max();
        const std::vector<std::pair<double, double>> limits{
            {1.0, std::nextafter(1.0, 2.0)},
            {1e15, std::nextafter(1e15, 2e15)},
            {-1e300, std::nextafter(-1e300, 0)},
            {0, std::numeric_limits<double>::denorm_min()},
            {1e18, 1e18 + 1024},
            {-k_most, k_most},
            {0, k_most},
            {1.0, 1.0 + 1e-14}};
        for (const auto& [low, high] : limits) {
            const auto ticks = round_ticks(low, high, 6);
            CAPTURE(low);
            CHECK(ticks.size() <= 7);
            CHECK(std::adjacent_find(ticks.begin(), ticks.end()) == ticks.end());
            for (const double tick : ticks) CHECK(tick_label(tick, 1).size() < 20);
        }
    }

    TEST_CASE("labels have the decimals that tell neighbours apart") {
        CHECK(tick_label(1.5, 0.5) == "1.5");
        CHECK(tick_label(2, 0.5) == "2.0");
        CHECK(tick_label(1.25, 0.05) == "1.25");
        CHECK(tick_label(0.004, 0.002) == "0.004");
        CHECK(tick_label(0, 0.002) == "0");
        CHECK(tick_label(12000, 2000) == "12,000");
        CHECK(tick_label(-1234567, 1) == "-1,234,567");
        CHECK(tick_label(-100, 100) == "-100");
        CHECK(tick_label(2e-6, 1e-6) == "2e-06");
    }

    TEST_CASE("times are told in the unit that people use") {
        CHECK(time_unit(60).name == "seconds");
        CHECK(time_unit(600).name == "minutes");
        CHECK(time_unit(600).seconds == 60);
        CHECK(time_unit(10000).name == "hours");
    }
}
