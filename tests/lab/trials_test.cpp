#include "lab/trials.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "lab/make_trial.hpp"

using namespace carousel;

namespace {

TrialConfig reber() {
    return {.experiment = standard_experiment(LabTask::reber)};
}

// Small enough for a test: a lag of ten among five symbols.
TrialConfig short_lags() {
    TrialConfig config{.experiment = standard_experiment(LabTask::lags)};
    config.experiment.symbols = 5;
    return config;
}

std::vector<TrialRecord> run_all(const TrialConfig& config, int trials, int threads) {
    std::vector<TrialRecord> records(static_cast<std::size_t>(trials));
    const bool ended = run_trials(config, records, 0, threads,
                                  {.turn_ended = [](const std::vector<TrialRecord>&) {},
                                   .wish_to_stop = [] { return false; }});
    CHECK(ended);
    return records;
}

std::vector<std::uint64_t> sequences_of(const std::vector<TrialRecord>& records) {
    std::vector<std::uint64_t> sequences;
    for (const auto& record : records) sequences.push_back(record.result.value().sequences);
    return sequences;
}

}  // namespace

TEST_SUITE("lab/trials") {
    TEST_CASE("the embedded Reber grammar is learned in so many strings") {
        const auto records = run_all(reber(), 1, 1);
        CHECK(records[0].result.value().solved);
        CHECK(sequences_of(records) == std::vector<std::uint64_t>{9'000});
    }

    TEST_CASE("two threads come to what one comes to") {
        const auto one = run_all(short_lags(), 3, 1), two = run_all(short_lags(), 3, 2);
        CHECK(sequences_of(one) == sequences_of(two));
        CHECK(one[0].result->solved);
        CHECK(sequences_of(one)[0] != sequences_of(one)[1]);
    }

    TEST_CASE("trials from a number on are those of the whole run") {
        const auto config = short_lags();
        const auto whole = run_all(config, 3, 1);
        std::vector<TrialRecord> records(3);
        CHECK(run_trials(config, records, 1, 1,
                         {.turn_ended = [](const std::vector<TrialRecord>&) {},
                          .wish_to_stop = [] { return false; }}));
        CHECK_FALSE(records[0].result);
        CHECK(records[1].result.value().sequences == whole[1].result->sequences);
        CHECK(records[2].result.value().sequences == whole[2].result->sequences);
    }

    TEST_CASE("a run that stops after every turn comes to the same") {
        const auto config = short_lags();
        const auto whole = run_all(config, 2, 1);
        std::vector<TrialRecord> records(2);
        int stops = 0;
        while (!run_trials(config, records, 0, 1,
                           {.turn_ended = [](const std::vector<TrialRecord>&) {},
                            .wish_to_stop = [] { return true; }}))
            ++stops;
        CHECK(stops > 0);
        CHECK(sequences_of(records) == sequences_of(whole));
    }

    TEST_CASE("a trial that is stored after any number of sequences goes on as it would have") {
        const auto config = reber();
        const auto whole = make_trial(config, 0);
        while (whole->advance(1'000'000)) {
        }
        auto trial = make_trial(config, 0);
        while (trial->advance(20'000)) {
            auto other = make_trial(config, 0);
            other->restore(trial->store());
            trial = std::move(other);
        }
        CHECK(trial->result().sequences == whole->result().sequences);
        CHECK(trial->result().solved);
    }

    TEST_CASE("a trial gives up at its limit") {
        auto config = reber();
        config.experiment.limit = 300;
        const auto record = run_all(config, 1, 1)[0];
        CHECK_FALSE(record.result->solved);
        CHECK(record.result->sequences == 300);
    }

    TEST_CASE("another seed begins with other weights") {
        auto config = short_lags();
        const auto one = run_all(config, 1, 1);
        config.seed = 2;
        CHECK(sequences_of(run_all(config, 1, 1)) != sequences_of(one));
    }

    TEST_CASE("numbers that no trial left are refused") {
        std::vector<TrialRecord> records(1);
        records[0].stored = {1, 2, 3};
        CHECK_THROWS_AS(run_trials(reber(), records, 0, 1,
                                   {.turn_ended = [](const std::vector<TrialRecord>&) {},
                                    .wish_to_stop = [] { return false; }}),
                        InputError);
    }
}
