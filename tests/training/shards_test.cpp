#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/reader.hpp"
#include "support/near.hpp"
#include "support/processes_in_one.hpp"
#include "training/follower.hpp"
#include "training/reading_share.hpp"
#include "training/small_training.hpp"

using namespace carousel;

// What stands in model/shard_tree.hpp, of whole trainings.

namespace {

TrainingConfig with_shards(std::int64_t shards, OptimizerKind optimizer = OptimizerKind::muon) {
    auto config = small_training_config();
    config.batch_size = 24;
    config.window = 6;
    config.reset_probability = 0.4F;
    config.optimizer = optimizer;
    config.shards = shards;
    return config;
}

std::string hash_of(const TrainingState& state, const std::vector<NamedTensor>& weights) {
    Sha256 hash;
    const auto add = [&](const std::vector<NamedTensor>& tensors) {
        for (const auto& tensor : tensors) hash.update(std::as_bytes(std::span(tensor.values)));
    };
    add(weights);
    add(state.first_moments);
    add(state.second_moments);
    add(state.averaged_weights);
    add({state.hidden, state.cell});
    return to_hex(hash.finish()) + " " + std::to_string(state.step) + " " +
           std::to_string(state.smoothed_loss);
}

std::string hash_of(const Trainer& trainer) {
    return hash_of(trainer.state(), trainer.weights());
}

/// Where a training has come.
struct Place {
    std::vector<NamedTensor> weights;
    TrainingState state;
};

/// Trains `steps` steps, from the beginning or from a place, shared by `processes` processes.
Place train_together(int processes, const LanguageModelConfig& model, const TrainingConfig& config,
                     int steps, const Place* from = nullptr) {
    const SmallTraining text(1, model, config);
    Place end;
    ProcessesInOne(processes).run([&](Communicator& communicator) {
        const CpuMachine machine(1);
        if (communicator.process() > 0) return follow(machine, communicator);
        {
            Trainer trainer(
                machine, model,
                from != nullptr ? from->weights : machine.initial_weights(model, config.seed),
                text.batches(), config, &communicator);
            if (from != nullptr) trainer.set_state(from->state);
            for (int i = 0; i < steps; ++i) trainer.step(0.01);
            end = {trainer.weights(), trainer.state()};
        }
        dismiss(communicator);
    });
    return end;
}

std::string hash_of(const Place& place) {
    return hash_of(place.state, place.weights);
}

}  // namespace

TEST_SUITE("training/shards") {
    TEST_CASE("a training by shards differs from one without by rounding") {
        SmallTraining whole(1, small_config(), with_shards(1)),
            parts(2, small_config(), with_shards(8));
        whole.run(10);
        parts.run(10);
        CHECK(whole.last.loss == doctest::Approx(parts.last.loss).epsilon(1e-3));
        CHECK(whole.weights_hash() != parts.weights_hash());
        const auto expected = whole.trainer.weights(), got = parts.trainer.weights();
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CAPTURE(expected[i].name);
            CHECK(distance(got[i].values, expected[i].values).difference < 5e-3);
        }
    }

    TEST_CASE("any number of processes trains every net to the bits of one") {
        for (int i = 0; i < k_net_count; ++i) {
            CAPTURE(k_cell_words[i]);
            const auto model = small_config(static_cast<CellKind>(i));
            const auto config = with_shards(8);
            SmallTraining one(2, model, config);
            // Into the second epoch with one cell; see steps_of.
            const int steps = i == 0 ? 12 : 3;
            for (int step = 0; step < steps; ++step) one.trainer.step(0.01);
            for (const int n : {2, 3, 8}) {
                if (i > 0 && n != 3) continue;
                CAPTURE(n);
                CHECK(hash_of(train_together(n, model, config, steps)) == hash_of(one.trainer));
            }
        }
    }

    TEST_CASE("so does it with Adam, and with masks for each step") {
        auto config = with_shards(4, OptimizerKind::adam);
        config.dropout_mask = DropoutMask::step;
        SmallTraining one(1, small_config(), config);
        for (int step = 0; step < 5; ++step) one.trainer.step(0.01);
        CHECK(hash_of(train_together(4, small_config(), config, 5)) == hash_of(one.trainer));
    }

    TEST_CASE("matrices whose gradients one process keeps are trained to the same bits") {
        // As large as pieces of the norm, which others are told; and moments that only one has.
        for (const auto cell : {CellKind::lstm, CellKind::transformer}) {
            CAPTURE(k_cell_words[static_cast<int>(cell)]);
            auto model = small_config(cell);
            model.layers = 2;
            model.hidden_size = 96;
            if (cell == CellKind::transformer) model.embedding_size = 96;
            auto config = with_shards(4);
            config.batch_size = 4;
            config.window = 3;
            SmallTraining one(2, model, config);
            for (int step = 0; step < 4; ++step) one.trainer.step(0.01);
            for (const int n : {2, 4}) {
                CAPTURE(n);
                CHECK(hash_of(train_together(n, model, config, 4)) == hash_of(one.trainer));
            }
            if (cell == CellKind::lstm) {  // which has four matrices: too few for twelve processes
                config.batch_size = 12;
                config.shards = 12;
                SmallTraining by_twelve(1, model, config);
                for (int step = 0; step < 2; ++step) by_twelve.trainer.step(0.01);
                const auto first = train_together(12, model, config, 1);
                CHECK(hash_of(train_together(12, model, config, 2)) == hash_of(by_twelve.trainer));
                CHECK(hash_of(train_together(3, model, config, 1, &first)) ==
                      hash_of(by_twelve.trainer));
                continue;
            }
            const auto first = train_together(4, model, config, 2);
            CHECK(hash_of(train_together(3, model, config, 2, &first)) == hash_of(one.trainer));
        }
    }

    TEST_CASE("with Muon too an update sends hardly more than a ring") {
        auto model = small_config(CellKind::lstm);
        model.layers = 2;
        model.hidden_size = 192;
        model.embedding_size = 192;
        auto config = with_shards(12);
        config.batch_size = 12;
        config.window = 2;
        const SmallTraining text(1, model, config);
        double floats = 0;
        for (const auto& tensor : text.trainer.weights())
            floats += static_cast<double>(tensor.values.size());
        for (const int n : {2, 4, 12}) {
            CAPTURE(n);
            config.shards = n;  // a node each
            std::size_t before = 0, before_of_first = 0;
            ProcessesInOne processes(n);
            processes.run([&](Communicator& communicator) {
                const CpuMachine machine(1);
                if (communicator.process() > 0) return follow(machine, communicator);
                Trainer trainer(machine, model, text.trainer.weights(), text.batches(), config,
                                &communicator);
                before = processes.bytes_of_all();
                before_of_first = processes.bytes_of_first();
                for (int step = 0; step < 2; ++step) trainer.step(0.01);
                dismiss(communicator);
            });
            const double sent = static_cast<double>(processes.bytes_of_all() - before) / 2;
            const double ring = 2.0 * (n - 1) * sizeof(float) * floats;  // of all together
            CHECK(sent > 0.8 * ring);
            CHECK(sent < 1.15 * ring);
            // who has one of the matrices, and tells what to do
            const auto by_first = static_cast<double>(processes.bytes_of_first() - before_of_first);
            CHECK(by_first / 2 < 1.15 * ring / n);
        }
    }

    TEST_CASE("a training goes on with another number of processes as if nothing had been") {
        const auto config = with_shards(6);
        SmallTraining one(1, small_config(), config);
        for (int step = 0; step < 9; ++step) one.trainer.step(0.01);
        const auto first = train_together(3, small_config(), config, 4);
        const auto second = train_together(2, small_config(), config, 3, &first);
        CHECK(hash_of(train_together(6, small_config(), config, 2, &second)) ==
              hash_of(one.trainer));
    }

    TEST_CASE("weights that lead nowhere are reported by all, and all go back together") {
        const auto config = with_shards(4);
        SmallTraining one(1, small_config(), config);
        const auto good = one.trainer.weights();
        for (int step = 0; step < 3; ++step) one.trainer.step(0.01);
        const SmallTraining text(1, small_config(), config);
        std::string hash;
        ProcessesInOne(2).run([&](Communicator& communicator) {
            const CpuMachine machine(1);
            if (communicator.process() > 0) return follow(machine, communicator);
            Trainer trainer(machine, small_config(), good, text.batches(), config, &communicator);
            trainer.step(0.01);
            auto bad = good;
            bad.back().values[0] = std::numeric_limits<float>::quiet_NaN();
            trainer.set_weights(bad);
            CHECK_FALSE(trainer.step(0.01).finite);
            trainer.set_weights(good);
            trainer.reset();
            for (int step = 0; step < 3; ++step) trainer.step(0.01);
            hash = hash_of(trainer);
            dismiss(communicator);
        });
        CHECK(hash == hash_of(one.trainer));
    }

    TEST_CASE("processes that read together are as surprised as one, and remember the same") {
        const auto config = with_shards(4);
        const SmallTraining text(1, small_config(), config);
        const auto weights = text.trainer.weights();
        std::vector<TokenId> streams(24 * 7);
        text.batches().read(0, 0, streams);
        Batch batch;
        fill_batch(streams, {24, 6}, batch);
        const auto expected_model = text.machine.model(small_config(), weights);
        auto expected_state = RecurrentState::zeros(small_config(), 24);
        Tensor<2> expected;
        for (int times = 0; times < 2; ++times) {
            expected_model->reader(24)->surprisals(batch.inputs, batch.targets, expected_state,
                                                   expected);
        }
        for (const int n : {2, 3, 30}) {  // thirty have fewer streams than processes
            ProcessesInOne(n).run([&](Communicator& communicator) {
                const CpuMachine machine(1);
                if (communicator.process() > 0) return follow(machine, communicator);
                const auto model = shared_model(machine, small_config(), weights, communicator);
                const auto reader = model->reader(24);
                auto state = RecurrentState::zeros(small_config(), 24);
                Tensor<2> surprisals;
                for (int times = 0; times < 2; ++times)
                    reader->surprisals(batch.inputs, batch.targets, state, surprisals);
                CHECK(surprisals == expected);
                CHECK(state.hidden == expected_state.hidden);
                CHECK(state.states == expected_state.states);
                dismiss(communicator);
            });
        }
    }

    TEST_CASE("who follows is released where there is no training, and where one fails") {
        ProcessesInOne(3).run([&](Communicator& communicator) {
            const CpuMachine machine(1);
            if (communicator.process() > 0) return follow(machine, communicator);
            dismiss(communicator);
        });
        const auto config = with_shards(4);
        const SmallTraining text(1, small_config(), config);
        CHECK_THROWS(ProcessesInOne(3).run([&](Communicator& communicator) {
            const CpuMachine machine(1);
            if (communicator.process() > 0) return follow(machine, communicator);
            Trainer trainer(machine, small_config(), text.trainer.weights(), text.batches(), config,
                            &communicator);
            auto state = trainer.state();
            state.first_moments.pop_back();
            trainer.set_state(state);
        }));
    }
}
