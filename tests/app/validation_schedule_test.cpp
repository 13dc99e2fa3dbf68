#include "app/validation_schedule.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("app/validation_schedule") {
    TEST_CASE("a run is validated twenty times, whatever its steps are") {
        ValidationSchedule schedule({});
        int validations = 0;
        for (int step = 1; step <= 990; ++step) {
            const double progress = step / 990.0;
            if (!schedule.due(static_cast<std::uint64_t>(step), progress, step)) continue;
            schedule.begin(progress);
            schedule.end(step, 0);
            ++validations;
        }
        CHECK(validations == 20);
    }

    TEST_CASE("a number of steps wins over progress") {
        const ValidationSchedule schedule({.every = 7});
        CHECK(schedule.due(7, 0.001, 1));
        CHECK(schedule.due(14, 0.001, 1));
        CHECK_FALSE(schedule.due(15, 0.9, 1));
    }

    TEST_CASE("where time bounds the run, validations take a twentieth of it at most") {
        ValidationSchedule schedule({.time_bounds = true});
        schedule.begin(0.11);
        schedule.end(100, 2);
        CHECK_FALSE(schedule.due(9, 0.19, 139));
        CHECK(schedule.due(9, 0.19, 140));
        ValidationSchedule by_steps({});
        by_steps.begin(0.11);
        by_steps.end(100, 2);
        CHECK(by_steps.due(9, 0.19, 101));
    }

    TEST_CASE("a run by time has ten validations, however long each takes and however few steps") {
        for (const double step : {0.3, 2.0, 4.0, 6.9}) {         // seconds, of a hundred
            for (const double validation : {0.001, 0.2, 1.0}) {  // seconds
                CAPTURE(step);
                CAPTURE(validation);
                const double reading = 20;  // seconds, before the first step
                ValidationSchedule schedule({.time_bounds = true, .progress = reading / 100});
                int validations = 0;
                std::uint64_t steps = 0;
                double seconds = reading;
                while (seconds < 100) {
                    seconds += step;
                    const bool last = seconds >= 100;  // measured in any case
                    if (!schedule.due(++steps, seconds / 100, seconds) && !last) continue;
                    schedule.begin(seconds / 100);
                    if (!last) seconds += validation;
                    schedule.end(seconds, validation);
                    ++validations;
                }
                CHECK(validations >= 10);
                CHECK(validations <= 21);
            }
        }
    }

    TEST_CASE("a resumed run waits for the next twentieth, not for those behind it") {
        const ValidationSchedule schedule({.progress = 0.52});
        CHECK_FALSE(schedule.due(1, 0.54, 1));
        CHECK(schedule.due(1, 0.55, 1));
    }
}
