#include "cpu/cpu_learner.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "cpu/cpu_machine.hpp"
#include "cpu/small_model.hpp"
#include "support/processes_in_one.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_streams = 6, k_window = 5;

LanguageModelConfig config_of(CellKind cell) {
    if (cell == CellKind::transformer) {
        return {.cell = cell,
                .vocabulary_size = 23,
                .layers = 2,
                .hidden_size = 20,
                .embedding_size = 20,
                .heads = 2,
                .context = 4};
    }
    return {.cell = cell,
            .vocabulary_size = 23,
            .layers = 2,
            .hidden_size = 19,
            .embedding_size = 7,
            .output_input = OutputInput::sum};
}

LearnerConfig learning(DropoutMask mask, std::int64_t shards = 1) {
    return {.shape = {k_streams, k_window},
            .shards = shards,
            .dropout = {
                .input = 0.2F, .between = 0.3F, .output = 0.4F, .recurrent = 0.2F, .mask = mask}};
}

/// Streams [first, first + count) of ids (T, B).
TokenIds part(const TokenIds& ids, std::size_t first, std::size_t count) {
    TokenIds some(TokenIds::shape_type{ids.shape(0), count});
    for (std::size_t t = 0; t < ids.shape(0); ++t)
        for (std::size_t b = 0; b < count; ++b) some(t, b) = ids(t, first + b);
    return some;
}

/// Loss, norm of the gradient and states after one window in one process.
struct Outcome {
    double loss, norm;
    RecurrentState state;
};

Outcome one_window(const LanguageModelConfig& config, const std::vector<NamedTensor>& weights,
                   const LearnerConfig& learning, int threads = 2) {
    const CpuMachine machine(threads);
    const auto learner = machine.learner(config, weights, learning);
    Outcome outcome{0, 0, RecurrentState::zeros(config, k_streams)};
    learner->window(
        {random_ids(k_window, k_streams, 23, 1), random_ids(k_window, k_streams, 23, 2)},
        outcome.state, {.seed = 3, .number = 4});
    outcome.loss = learner->exchange();
    outcome.norm = learner->gradient_norm();
    return outcome;
}

constexpr DropoutMask k_masks[] = {DropoutMask::window, DropoutMask::step};

}  // namespace

TEST_SUITE("cpu/cpu_learner") {
    TEST_CASE("shards differ from the whole batch by rounding only, in every net") {
        for (int i = 0; i < k_net_count; ++i) {
            const auto config = config_of(static_cast<CellKind>(i));
            const auto weights = lively_model(config).weights();
            for (const auto mask : k_masks) {
                const auto whole = one_window(config, weights, learning(mask));
                for (const std::int64_t shards : {2, 3, 6}) {
                    CAPTURE(k_cell_words[i]);
                    CAPTURE(shards);
                    const auto parts = one_window(config, weights, learning(mask, shards));
                    // States follow from masks and from the weights alone.
                    REQUIRE(parts.state.hidden == whole.state.hidden);
                    REQUIRE(parts.state.states == whole.state.states);
                    CHECK(parts.loss == doctest::Approx(whole.loss).epsilon(1e-12));
                    CHECK(parts.norm == doctest::Approx(whole.norm).epsilon(1e-4));
                    CHECK(one_window(config, weights, learning(mask, shards), 1).norm ==
                          parts.norm);
                }
            }
        }
    }

    TEST_CASE("learners with shares of the shards have the gradient that one with all has") {
        for (const auto mask : k_masks) {
            for (const auto cell :
                 {CellKind::lstm, CellKind::mogrifier, CellKind::grid, CellKind::transformer}) {
                const auto config = config_of(cell);
                const auto weights = lively_model(config).weights();
                const auto inputs = random_ids(k_window, k_streams, 23, 1),
                           targets = random_ids(k_window, k_streams, 23, 2);
                for (const std::int64_t shards : {3, 6}) {
                    const auto whole = one_window(config, weights, learning(mask, shards));
                    for (const int n : {2, 3}) {
                        CAPTURE(k_cell_words[static_cast<int>(cell)]);
                        CAPTURE(shards);
                        CAPTURE(n);
                        ProcessesInOne(n).run([&](Communicator& communicator) {
                            const auto own = shards_of_process(shards, n, communicator.process());
                            const auto each = k_streams / shards;
                            auto share = learning(mask, shards);
                            share.shape.batch_size = each * own.size();
                            share.communicator = &communicator;
                            share.streams = {.first = each * own.begin, .total = k_streams};
                            const CpuMachine machine(1);
                            const auto learner = machine.learner(config, weights, share);
                            auto state = RecurrentState::zeros(config, share.shape.batch_size);
                            const auto at = static_cast<std::size_t>(share.streams.first),
                                       streams = static_cast<std::size_t>(share.shape.batch_size);
                            learner->window({part(inputs, at, streams), part(targets, at, streams)},
                                            state, {.seed = 3, .number = 4});
                            REQUIRE(learner->exchange() == whole.loss);
                            REQUIRE(learner->gradient_norm() == whole.norm);
                        });
                    }
                }
            }
        }
    }

    TEST_CASE("streams that are no whole shards are refused") {
        const auto config = config_of(CellKind::lstm);
        const auto weights = lively_model(config).weights();
        const CpuMachine machine(1);
        CHECK_THROWS_AS(machine.learner(config, weights, learning(DropoutMask::window, 4)),
                        std::logic_error);
        CHECK_THROWS_AS(machine.learner(config, weights, learning(DropoutMask::window, 7)),
                        std::logic_error);
    }

    TEST_CASE("to forget makes moments and averages those of a new learner") {
        const auto config = config_of(CellKind::lstm);
        const CpuMachine machine(1);
        const auto weights = lively_model(config).weights();
        const auto ids = random_ids(k_window, k_streams, 23, 1);
        LearnerConfig learning{.shape = {k_streams, k_window}};
        learning.optimizer.average = 0.9F;
        const auto learner = machine.learner(config, weights, learning),
                   fresh = machine.learner(config, weights, learning);
        auto state = RecurrentState::zeros(config, k_streams);
        learner->window({ids, ids}, state, {});
        learner->update({.learning_rate = 0.1F});
        CHECK(learner->tensors(Kept::second_moments) != fresh->tensors(Kept::second_moments));
        learner->forget();
        for (const auto kept : {Kept::averages, Kept::first_moments, Kept::second_moments})
            CHECK(learner->tensors(kept) == fresh->tensors(kept));
        CHECK(learner->tensors(Kept::weights) != weights);
        CHECK(learner->model().weights() == learner->tensors(Kept::weights));
    }
}
