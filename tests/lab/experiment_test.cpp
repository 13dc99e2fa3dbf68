#include "lab/experiment.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace carousel;

TEST_SUITE("lab/experiment") {
    TEST_CASE("sizes that make no sequences are refused") {
        auto e = standard_experiment(LabTask::order_of_two);
        e.length = 61;
        CHECK_THROWS_AS(require_possible(e), UsageError);
        e.length = 62;
        CHECK_NOTHROW(require_possible(e));
        auto latch = standard_experiment(LabTask::latch);
        latch.signal = 101;
        CHECK_THROWS_AS(require_possible(latch), UsageError);
    }
}
