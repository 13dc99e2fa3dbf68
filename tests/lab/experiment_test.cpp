#include "lab/experiment.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace carousel;

namespace {

int weights_of(const Experiment& experiment) {
    return memory_net_shape(experiment).weights();
}

}  // namespace

TEST_SUITE("lab/experiment") {
    TEST_CASE("nets have as many weights as the paper counts") {
        auto reber = standard_experiment(LabTask::reber);
        CHECK(weights_of(reber) == 276);
        reber.blocks = 4;
        reber.block_size = 1;
        CHECK(weights_of(reber) == 264);
        CHECK(weights_of(standard_experiment(LabTask::lags)) == 10504);
        auto lags = standard_experiment(LabTask::long_lags);
        CHECK(weights_of(lags) == 364);
        lags.symbols = 1000;
        CHECK(weights_of(lags) == 6064);
        CHECK(weights_of(standard_experiment(LabTask::latch)) == 102);
        CHECK(weights_of(standard_experiment(LabTask::adding)) == 93);
        CHECK(weights_of(standard_experiment(LabTask::multiplication)) == 93);
        CHECK(weights_of(standard_experiment(LabTask::order_of_two)) == 156);
        CHECK(weights_of(standard_experiment(LabTask::order_of_three)) == 308);
    }

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
