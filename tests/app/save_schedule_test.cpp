#include "app/save_schedule.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("app/save_schedule") {
    TEST_CASE("without a wish a run is saved each minute") {
        SaveSchedule schedule(std::nullopt, 0, 100);
        CHECK_FALSE(schedule.due(1'000'000, 159));
        CHECK(schedule.due(1, 160));
        schedule.begin(1, 160);
        CHECK_FALSE(schedule.due(2, 219));
    }

    TEST_CASE("steps are counted from the newest save, which may come at any step") {
        SaveSchedule schedule(TrainingLength{LengthKind::steps, 10}, 35, 0);
        CHECK_FALSE(schedule.due(44, 1e6));
        CHECK(schedule.due(45, 0));
        schedule.begin(42, 0);  // a new best model was saved
        CHECK_FALSE(schedule.due(45, 0));
        CHECK(schedule.due(52, 0));
    }

    TEST_CASE("seconds are counted from the newest save") {
        SaveSchedule schedule(TrainingLength{LengthKind::seconds, 2}, 0, 10);
        CHECK_FALSE(schedule.due(9, 11.5));
        CHECK(schedule.due(1, 12));
    }
}
