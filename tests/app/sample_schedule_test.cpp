#include "app/sample_schedule.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("app/sample_schedule") {
    TEST_CASE("a sample comes after each quarter since the last one") {
        SampleSchedule schedule(std::nullopt, 0);
        CHECK_FALSE(schedule.due(10, 0.24));
        CHECK(schedule.due(10, 0.26));
        schedule.taken(0.26);
        CHECK_FALSE(schedule.due(10, 0.5));
        CHECK(schedule.due(10, 0.51));
    }

    TEST_CASE("a resumed run shows none for what lies behind it") {
        CHECK_FALSE(SampleSchedule(std::nullopt, 0.6).due(10, 0.8));
    }

    TEST_CASE("steps between samples win over progress, and zero is never") {
        CHECK(SampleSchedule(5, 0).due(10, 0));
        CHECK_FALSE(SampleSchedule(5, 0).due(11, 0.9));
        CHECK_FALSE(SampleSchedule(0, 0).due(10, 0.9));
    }
}
