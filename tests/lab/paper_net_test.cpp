#include "lab/paper_net.hpp"

#include <doctest/doctest.h>

using namespace carousel;

namespace {

int weights_of(const Experiment& experiment) {
    return memory_net_shape(experiment).weights();
}

}  // namespace

TEST_SUITE("lab/paper_net") {
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
        lags.fed_by_gates = false;
        CHECK(weights_of(lags) == 6040);
        CHECK(weights_of(standard_experiment(LabTask::latch)) == 102);
        CHECK(weights_of(standard_experiment(LabTask::adding)) == 93);
        CHECK(weights_of(standard_experiment(LabTask::multiplication)) == 93);
        CHECK(weights_of(standard_experiment(LabTask::order_of_two)) == 156);
        CHECK(weights_of(standard_experiment(LabTask::order_of_three)) == 308);
    }
}
