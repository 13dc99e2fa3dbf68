#include "lab/modern_trial.hpp"

#include <doctest/doctest.h>

using namespace carousel;

namespace {

TrialConfig short_lags(CellKind cell) {
    TrialConfig config{.experiment = standard_experiment(LabTask::long_lags),
                       .rules = LabRules::modern,
                       .cell = cell};
    config.experiment.symbols = 4;
    config.experiment.lag = 6;
    return config;
}

}  // namespace

TEST_SUITE("lab/modern_trial") {
    TEST_CASE("a short lag is bridged by an LSTM in few sequences") {
        auto config = short_lags(CellKind::lstm);
        config.experiment.limit = 5'000;  // shorter than a streak: one that began before goes on
        ModernTrial trial(config, 0);
        while (trial.advance(100'000)) {
        }
        CHECK(trial.result().solved);
        CHECK(trial.result().sequences < 5'000);
        CHECK(trial.result().sequences > 100);
    }

    TEST_CASE("a trial that is stored goes on as it would have") {
        ModernTrial whole(short_lags(CellKind::gru), 3), first(short_lags(CellKind::gru), 3);
        CHECK(first.advance(3'000));
        ModernTrial second(short_lags(CellKind::gru), 3);
        second.restore(first.store());
        CHECK(whole.advance(3'000));
        CHECK(whole.advance(20'000) == second.advance(20'000));
        CHECK(whole.result().sequences == second.result().sequences);
        CHECK(whole.store() == second.store());
    }

    TEST_CASE("a plain net has given up at its limit") {
        auto config = short_lags(CellKind::rnn);
        config.experiment.lag = 80;
        config.experiment.limit = 300;
        ModernTrial trial(config, 0);
        while (trial.advance(100'000)) {
        }
        CHECK_FALSE(trial.result().solved);
        CHECK(trial.result().sequences == 300);
    }
}
