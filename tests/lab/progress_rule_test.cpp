#include "lab/progress_rule.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("lab/progress_rule") {
    TEST_CASE("a streak begins anew at every wrong answer, and counts what came before it") {
        ProgressRule rule(standard_experiment(LabTask::long_lags));
        for (int i = 0; i < 9'999; ++i) rule.hear({.right = true});
        CHECK_FALSE(rule.is_met());
        rule.hear({.right = false});
        for (int i = 0; i < 9'999; ++i) rule.hear({.right = true});
        CHECK_FALSE(rule.is_met());
        rule.hear({.right = true});
        CHECK(rule.is_met());
        CHECK(rule.counted() == 10'000);
    }

    TEST_CASE("of the latest 2,000 all must be right, and the mean error small") {
        ProgressRule rule(standard_experiment(LabTask::order_of_two));
        rule.hear({.right = false, .error = 0.4});
        for (int i = 0; i < 1'999; ++i) rule.hear({.right = true, .error = 0.05});
        CHECK_FALSE(rule.is_met());
        rule.hear({.right = true, .error = 0.05});  // in the place of the wrong one
        CHECK(rule.is_met());
        CHECK(rule.recent_error() == doctest::Approx(0.05));
        for (int i = 0; i < 2'000; ++i) rule.hear({.right = true, .error = 0.15});
        CHECK_FALSE(rule.is_met());
    }

    TEST_CASE("a product may be wrong as often as the rule says") {
        ProgressRule rule(standard_experiment(LabTask::multiplication));
        for (int i = 0; i < 2'000; ++i) rule.hear({.right = i >= 140, .error = 0.0});
        CHECK_FALSE(rule.is_met());
        rule.hear({.right = true, .error = 0.0});
        CHECK(rule.is_met());
    }

    TEST_CASE("a rule that is stored goes on as it was") {
        const auto e = standard_experiment(LabTask::order_of_two);
        ProgressRule rule(e), other(e);
        rule.hear({.right = false, .error = 0.0});
        for (int i = 0; i < 1'000; ++i) rule.hear({.right = i % 7 != 0, .error = 0.001 * i});
        Record record;
        rule.store(record);
        Record stored(record.numbers());
        other.restore(stored);
        CHECK(stored.at_end());
        for (int i = 0; i < 2'300; ++i) {
            CHECK(rule.is_met() == other.is_met());
            CHECK(rule.recent_error() == other.recent_error());
            rule.hear({.right = true, .error = 0.01});
            other.hear({.right = true, .error = 0.01});
        }
        CHECK(other.is_met());
    }
}
