#include "cpu/rotary_positions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

using namespace carousel;

namespace {

constexpr auto k_period = RotaryPositions::k_period;

struct Turns {
    std::vector<float> cosines, sines;
    bool operator==(const Turns&) const = default;
};

Turns turns_of(const RotaryPositions& positions, std::int64_t number) {
    const auto pairs = static_cast<std::size_t>(positions.pairs());
    Turns turns{std::vector<float>(pairs), std::vector<float>(pairs)};
    positions.fill(number, turns.cosines.data(), turns.sines.data());
    return turns;
}

}  // namespace

TEST_SUITE("cpu/rotary_positions") {
    TEST_CASE(
        "the frequencies go from a radian a symbol down to a ten-thousandth, in whole steps") {
        const RotaryPositions positions(64);
        REQUIRE(positions.pairs() == 32);
        const double radian = static_cast<double>(k_period) / (2 * std::numbers::pi);
        for (std::int64_t i = 0; i < 32; ++i) {
            CAPTURE(i);
            const double ideal = radian * std::pow(10000.0, -2.0 * static_cast<double>(i) / 64);
            const auto found = positions.frequencies()[static_cast<std::size_t>(i)];
            CHECK(std::abs(static_cast<double>(found) - ideal) <= 0.5);
        }
        CHECK(RotaryPositions(1).pairs() == 0);
        CHECK(RotaryPositions(5).pairs() == 2);
    }

    TEST_CASE("cosines and sines are those of the angles") {
        const RotaryPositions positions(12);
        for (const std::int64_t number : {0, 1, 2, 1023, 1024, 99'999, 1'048'575}) {
            CAPTURE(number);
            const auto turns = turns_of(positions, number);
            for (std::size_t i = 0; i < 6; ++i) {
                const auto steps = positions.frequencies()[i] * number % k_period;
                const double angle = 2 * std::numbers::pi * static_cast<double>(steps) /
                                     static_cast<double>(k_period);
                CHECK(std::abs(double{turns.cosines[i]} - std::cos(angle)) < 4e-8);
                CHECK(std::abs(double{turns.sines[i]} - std::sin(angle)) < 4e-8);
            }
        }
    }

    TEST_CASE("a period later everything is turned as before, to the bit") {
        const RotaryPositions positions(40);
        for (const std::int64_t number : {0, 7, 500'001})
            CHECK(turns_of(positions, number) == turns_of(positions, number + k_period));
    }

    TEST_CASE("the product of two turned heads depends on how far they are apart") {
        const RotaryPositions positions(7);
        const auto product = [&](std::int64_t query_at, std::int64_t key_at) {
            std::vector<float> query{0.3F, -1, 0.5F, 2, 0.1F, -0.7F, 0.9F},
                key{1, 0.2F, -0.4F, 0.6F, -1.1F, 0.8F, 0.5F};
            for (auto [head, at] : {std::pair{&query, query_at}, {&key, key_at}}) {
                const auto turns = turns_of(positions, at);
                rotate(head->data(), 7,
                       {.cosines = turns.cosines.data(), .sines = turns.sines.data(), .pairs = 3});
            }
            double sum = 0;
            for (std::size_t i = 0; i < 7; ++i) sum += double{query[i]} * double{key[i]};
            return sum;
        };
        CHECK(std::abs(product(5, 2) - product(1005, 1002)) < 1e-6);
        CHECK(std::abs(product(3, 0) - product(k_period + 2, k_period - 1)) < 1e-6);
        CHECK(std::abs(product(5, 2) - product(5, 3)) > 1e-2);
    }

    TEST_CASE("what was turned and turned back is what it was, scaled twice") {
        const RotaryPositions positions(5);
        const auto turns = turns_of(positions, 77);
        const std::vector<float> before{0.3F, -1, 0.5F, 2, 0.1F};
        auto head = before;
        for (const float sign : {1.0F, -1.0F})
            rotate(head.data(), 5,
                   {.cosines = turns.cosines.data(),
                    .sines = turns.sines.data(),
                    .pairs = 2,
                    .sign = sign,
                    .scale = 3});
        for (std::size_t i = 0; i < 5; ++i)
            CHECK(head[i] == doctest::Approx(9 * before[i]).epsilon(1e-5));
    }
}
