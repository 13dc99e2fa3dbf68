#include "lab/published_results.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("lab/published_results") {
    TEST_CASE("what the paper reports is found by task and sizes, and nothing else is") {
        auto e = standard_experiment(LabTask::adding);
        CHECK(published_result(e).value().sequences == 74'000);
        e.length = 1000;
        CHECK(published_result(e).value().most == 2'020'000);
        e.length = 300;
        CHECK_FALSE(published_result(e));
        auto reber = standard_experiment(LabTask::reber);
        CHECK(published_result(reber).value().sequences == 8'440);
        reber.learning_rate = 0.2;
        CHECK(published_result(reber).value().solved_percent == 97);
        auto product = standard_experiment(LabTask::multiplication);
        CHECK(published_result(product).value().sequences == 482'000);
        product.most_wrong = 12;
        CHECK(published_result(product).value().sequences == 1'273'000);
        CHECK_FALSE(published_result(standard_experiment(LabTask::delayed_xor)));
    }
}
