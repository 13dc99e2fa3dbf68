#include "app/resumption.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"

using namespace carousel;

namespace {

/// A run that was measured at step 25 and later steps.
Snapshot saved(std::uint64_t step, std::optional<BestLoss> best) {
    Snapshot snapshot;
    snapshot.step = step;
    snapshot.best = best;
    for (std::uint64_t at = 25; at <= step; at += 25) {
        HistoryRecord record;
        record.step = at;
        record.seconds = 0.5 + static_cast<double>(at);
        record.has_validation = true;
        record.validation_loss = 1.5;
        snapshot.history.push_back(record);
    }
    return snapshot;
}

const BestLoss k_best{.step = 50, .loss = 1.2};

}  // namespace

TEST_SUITE("app/resumption") {
    TEST_CASE("a best file that holds what the resume file says is the best, without a word") {
        const auto found = find_best(saved(100, k_best), saved(50, k_best));
        CHECK(found.best == k_best);
        CHECK(found.file_step == 50);
        CHECK_FALSE(found.in_hand);
        CHECK(found.warning.empty());
    }

    TEST_CASE("a better model than the resume file knows of is the best: a kill came between") {
        const BestLoss newer{.step = 125, .loss = 1.1};
        const auto found = find_best(saved(100, k_best), saved(125, newer));
        CHECK(found.best == newer);
        CHECK(found.warning.empty());
        CHECK(find_best(saved(25, std::nullopt), saved(50, k_best)).best == k_best);
    }

    TEST_CASE("a worse one is called so, and is the best from here on") {
        const BestLoss older{.step = 25, .loss = 1.5};
        const auto found = find_best(saved(100, k_best), saved(25, older));
        CHECK(found.best == older);
        CHECK_FALSE(found.in_hand);
        CHECK(found.warning.find("step 50 (1.2000") != std::string::npos);
        CHECK(found.warning.find("step 25 (1.5000") != std::string::npos);
    }

    TEST_CASE("the best of the newest step is in hand, whatever became of its file") {
        for (const auto& file :
             {std::optional<Snapshot>(), std::optional(saved(25, BestLoss{25, 1.5}))}) {
            const auto found = find_best(saved(50, k_best), file);
            CHECK(found.best == k_best);
            CHECK(found.in_hand);
            CHECK(found.warning.empty());
        }
    }

    TEST_CASE("a best file that is gone, or held weights nobody measured, leaves no best") {
        const auto gone = find_best(saved(100, k_best), std::nullopt);
        CHECK_FALSE(gone.best);
        CHECK_FALSE(gone.file_step);
        CHECK(gone.warning.find("step 50") != std::string::npos);
        const auto stand_in = find_best(saved(100, k_best), saved(10, std::nullopt));
        CHECK_FALSE(stand_in.best);
        CHECK(stand_in.file_step == 10);
        CHECK_FALSE(stand_in.warning.empty());
        CHECK(find_best(saved(100, std::nullopt), std::nullopt).warning.empty());
    }

    TEST_CASE("two runs are told apart by when they were measured") {
        CHECK(is_same_run(saved(100, k_best), saved(50, k_best)));
        CHECK(is_same_run(saved(100, k_best), saved(10, std::nullopt)));
        auto other = saved(50, k_best);
        for (auto& record : other.history) record.seconds += 0.125;
        CHECK_FALSE(is_same_run(saved(100, k_best), other));
        other = saved(10, std::nullopt);
        other.training.seed = 7;
        CHECK_FALSE(is_same_run(saved(100, k_best), other));
    }

    TEST_CASE("the averaged weights are the best where they were measured") {
        auto resume = saved(50, BestLoss{.step = 50, .loss = 1.2, .averaged = true});
        resume.weights = {{"w", {1}, {1.0F}}};
        resume.state.emplace().averaged_weights = {{"w", {1}, {2.0F}}};
        const auto best = best_in_hand(resume);
        CHECK(best.weights.front().values.front() == 2.0F);
        CHECK(best.validation_loss == 1.2);
        CHECK_FALSE(best.state);
        resume.best->averaged = false;
        CHECK(best_in_hand(resume).weights.front().values.front() == 1.0F);
    }

    TEST_CASE("a place behind the end of the text is a lie, unless the text is another one") {
        TrainingState state;
        state.epoch = 3;
        state.window_in_epoch = 10;
        require_place(state, 11, false);
        CHECK(state.window_in_epoch == 10);
        CHECK_THROWS_AS(require_place(state, 10, false), SnapshotError);
        require_place(state, 10, true);
        CHECK(state.epoch == 4);
        CHECK(state.window_in_epoch == 0);
    }

    TEST_CASE("what was measured on another text is forgotten, and nothing else") {
        auto run = saved(50, k_best);
        run.history.front().training_loss = 1.75;
        forget_validations(run);
        CHECK_FALSE(run.best);
        REQUIRE(run.history.size() == 2);
        CHECK_FALSE(run.history.front().has_validation);
        CHECK(run.history.front().training_loss == 1.75);
        CHECK(run.history.front().seconds == 25.5);
    }
}
