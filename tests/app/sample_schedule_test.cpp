#include "app/sample_schedule.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("app/sample_schedule") {
    TEST_CASE("the first sample comes early: at two hundredths of a run, or after twenty seconds") {
        SampleSchedule schedule(std::nullopt, 0);
        CHECK_FALSE(schedule.due(1, 0.01, 1));
        CHECK(schedule.due(1, 0.02, 1));
        CHECK(schedule.due(1, 0.001, 20));
        schedule.taken(0.03);
        CHECK_FALSE(schedule.due(10, 0.24, 30));
    }

    TEST_CASE("then one comes after each quarter of the run") {
        SampleSchedule schedule(std::nullopt, 0);
        schedule.taken(0.02);
        CHECK(schedule.due(10, 0.26, 1));
        schedule.taken(0.26);
        CHECK_FALSE(schedule.due(10, 0.49, 1));
        CHECK(schedule.due(10, 0.5, 1));
    }

    TEST_CASE("a resumed run shows none for what lies behind it") {
        const SampleSchedule schedule(std::nullopt, 0.6);
        CHECK_FALSE(schedule.due(10, 0.6, 100));
        CHECK_FALSE(schedule.due(10, 0.74, 100));
        CHECK(schedule.due(10, 0.75, 100));
    }

    TEST_CASE("steps between samples win over progress, and zero is never") {
        CHECK(SampleSchedule(5, 0).due(10, 0, 0));
        CHECK_FALSE(SampleSchedule(5, 0).due(11, 0.9, 90));
        CHECK_FALSE(SampleSchedule(0, 0).due(10, 0.9, 90));
    }
}
