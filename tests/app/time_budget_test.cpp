#include "app/time_budget.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("app/time_budget") {
    TEST_CASE("steps and epochs are counted, whatever time they took") {
        const TimeBudget steps({LengthKind::steps, 200}, 40);
        CHECK(steps.progress(50, 1e6, 1e6) == 0.25);
        CHECK_FALSE(steps.time_bounds());
        const TimeBudget epochs({LengthKind::epochs, 5}, 40);
        CHECK(epochs.progress(50, 1e6, 1e6) == 0.25);
    }

    TEST_CASE(
        "what comes after the last step belongs to the time, but for no more than half of it") {
        const TimeBudget time({LengthKind::seconds, 100}, 40);
        CHECK(time.time_bounds());
        CHECK(time.progress(1, 45, 10) == 0.5);
        CHECK(time.progress(1, 45, 0) == 0.45);
        CHECK(time.progress(1, 45, 99) == 0.9);
    }

    TEST_CASE("what is left is the rest of the time, or the steps to come at the pace so far") {
        const TimeBudget time({LengthKind::seconds, 100}, 40);
        CHECK(time.left({.seconds = 70, .progress = 0.9}) == 30);
        CHECK(time.left({.seconds = 170, .progress = 1.7}) == 0);
        const TimeBudget steps({LengthKind::steps, 200}, 40);
        CHECK(steps.left({.step = 50, .progress = 0.25, .seconds_per_step = 2}) == 300);
        CHECK(steps.left({.step = 210, .progress = 1.05, .seconds_per_step = 2}) == 0);
    }
}
