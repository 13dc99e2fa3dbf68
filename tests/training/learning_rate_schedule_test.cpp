#include "training/learning_rate_schedule.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <numbers>

using namespace carousel;

namespace {

TrainingConfig with(Schedule schedule, std::int64_t warmup) {
    TrainingConfig config;
    config.learning_rate = 0.3F;
    config.schedule = schedule;
    config.warmup = warmup;
    return config;
}

}  // namespace

TEST_SUITE("training/learning_rate_schedule") {
    TEST_CASE("warm-up rises in equal steps and reaches the peak with its last") {
        const auto config = with(Schedule::constant, 4);
        const double expected[] = {0.075, 0.15, 0.225, 0.3, 0.3, 0.3};
        for (std::uint64_t step = 0; step < 6; ++step) {
            CHECK(scheduled_learning_rate(config, step, 0) ==
                  doctest::Approx(expected[step]).epsilon(1e-6));
        }
        CHECK(scheduled_learning_rate(with(Schedule::constant, 0), 0, 0) == doctest::Approx(0.3));
    }

    TEST_CASE("a straight line goes from the peak to a thirtieth of it") {
        const auto config = with(Schedule::linear, 0);
        CHECK(scheduled_learning_rate(config, 9, 0) == doctest::Approx(0.3));
        CHECK(scheduled_learning_rate(config, 9, 0.5) == doctest::Approx(0.155));
        CHECK(scheduled_learning_rate(config, 9, 1) == doctest::Approx(0.01));
    }

    TEST_CASE("the cosine is the library's to twelve digits, and its ends are exact") {
        const auto config = with(Schedule::cosine, 0);
        const double peak = double{config.learning_rate};
        const double last = double{config.final_learning_rate};
        for (int i = 0; i <= 1000; ++i) {
            const double x = i / 1000.0;
            const double half = 0.5 * (1 + std::cos(std::numbers::pi * x));
            const double expected = peak * (last + (1 - last) * half);
            CHECK(std::abs(scheduled_learning_rate(config, 5, x) - expected) < 1e-12);
        }
        CHECK(scheduled_learning_rate(config, 5, 1) == doctest::Approx(0.01));
    }

    TEST_CASE("the end is the share of the peak that the configuration names") {
        for (const auto schedule : {Schedule::linear, Schedule::cosine}) {
            auto config = with(schedule, 0);
            config.final_learning_rate = 0.5F;
            CHECK(scheduled_learning_rate(config, 9, 0.5) == doctest::Approx(0.225));
            CHECK(scheduled_learning_rate(config, 9, 1) == doctest::Approx(0.15));
            config.final_learning_rate = 0;
            CHECK(scheduled_learning_rate(config, 9, 1) == doctest::Approx(0));
        }
        auto constant = with(Schedule::constant, 0);
        constant.final_learning_rate = 0;
        CHECK(scheduled_learning_rate(constant, 9, 1) == doctest::Approx(0.3));
    }

    TEST_CASE("progress beyond its range counts as the end of the range") {
        const auto config = with(Schedule::linear, 0);
        CHECK(scheduled_learning_rate(config, 0, 7) == scheduled_learning_rate(config, 0, 1));
        CHECK(scheduled_learning_rate(config, 0, -1) == scheduled_learning_rate(config, 0, 0));
    }

    TEST_CASE("warm-up multiplies what the schedule says") {
        const auto config = with(Schedule::linear, 10);
        CHECK(scheduled_learning_rate(config, 4, 0.5) == doctest::Approx(0.155 / 2));
    }
}
