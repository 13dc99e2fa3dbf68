#include "training/trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "model/reader.hpp"
#include "support/near.hpp"
#include "support/places.hpp"
#include "training/small_training.hpp"

using namespace carousel;

namespace {

/// Everything but the weights, as one value that can be compared.
std::string shown(const TrainingState& state) {
    Sha256 hash;
    const auto add = [&](const NamedTensor& tensor) {
        hash.update(tensor.name);
        hash.update(std::as_bytes(std::span(tensor.values)));
    };
    for (const auto& tensor : state.first_moments) add(tensor);
    for (const auto& tensor : state.second_moments) add(tensor);
    for (const auto& tensor : state.averaged_weights) add(tensor);
    add(state.hidden);
    add(state.cell);
    return std::to_string(state.step) + " " + std::to_string(state.epoch) + " " +
           std::to_string(state.window_in_epoch) + " " + std::to_string(state.learning_rate_scale) +
           " " + std::to_string(state.divergences) + " " + std::to_string(state.smoothed_loss) +
           " " + to_hex(hash.finish());
}

/// Every kind of net there is.
std::vector<CellKind> all_cells() {
    std::vector<CellKind> cells;
    for (int i = 0; i < k_net_count; ++i) cells.push_back(static_cast<CellKind>(i));
    return cells;
}

/// What `weights_after_training` prints under an instruction set.
std::string hash_under(const std::string& instruction_set, CellKind cell,
                       const std::string& precision = "") {
    const std::string command = "CAROUSEL_ISA=" + instruction_set + " '" +
                                (build_root() / "tests/training/weights_after_training").string() +
                                "' " + std::to_string(static_cast<int>(cell)) + " " + precision;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(::popen(command.c_str(), "r"),
                                                                 ::pclose);
    REQUIRE(output != nullptr);
    std::array<char, 80> line{};
    REQUIRE(std::fgets(line.data(), line.size(), output.get()) != nullptr);
    return std::string(line.data(), 64);
}

/// The batch that a trainer sees.
void fill(const BatchIterator& batches, std::uint64_t epoch, std::uint64_t window, Batch& batch) {
    const auto shape = batches.shape();
    std::vector<TokenId> streams(static_cast<std::size_t>(shape.batch_size * (shape.window + 1)));
    batches.read(epoch, window, streams);
    fill_batch(streams, shape, batch);
}

/// Hash of the weights alone.
Sha256Digest weights_only(const SmallTraining& training) {
    Sha256 hash;
    for (const auto& tensor : training.trainer.weights())
        hash.update(std::as_bytes(std::span(tensor.values)));
    return hash.finish();
}

}  // namespace

TEST_SUITE("training/trainer") {
    TEST_CASE("one step on three threads changes every parameter") {
        SmallTraining training(3);
        const auto before = training.trainer.weights();
        training.run(1);
        CHECK(training.last.finite);
        const auto after = training.trainer.weights();
        for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i].values != before[i].values);
    }

    TEST_CASE("after training, weights have the same hash for every number of threads") {
        for (const auto cell : all_cells()) {
            CAPTURE(cell);
            SmallTraining one(1, small_config(cell));
            one.run(steps_of(cell));
            for (const int threads : {2, 3, 8}) {
                if (cell != CellKind::lstm && threads != 3) continue;
                CAPTURE(threads);
                SmallTraining training(threads, small_config(cell));
                training.run(steps_of(cell));
                CHECK(training.weights_hash() == one.weights_hash());
                CHECK(shown(training.trainer.state()) == shown(one.trainer.state()));
            }
        }
    }

    TEST_CASE("after training, weights have the same hash under every instruction set") {
        for (const auto cell : all_cells()) {
            CAPTURE(cell);
            SmallTraining here(1, small_config(cell));
            here.run(steps_of(cell));
            // Those after are avx512 but for products that this training does not have.
            for (const char* name : {"scalar", "neon", "avx2", "avx512"}) {
                if (kernels_for(name) == nullptr) continue;
                CAPTURE(name);
                CHECK(hash_under(name, cell) == here.weights_hash());
            }
        }
    }

    TEST_CASE(
        "in bf16 weights have the same hash for every number of threads and instruction set, and "
        "another one than in single precision") {
        auto config = small_training_config();
        config.precision = TrainingPrecision::bf16;
        for (const auto cell : all_cells()) {
            CAPTURE(cell);
            const auto trained = [&](int threads, const TrainingConfig& training) {
                SmallTraining run(threads, small_config(cell), training);
                run.run(8);
                return run.weights_hash();
            };
            const auto one = trained(1, config);
            CHECK(trained(3, config) == one);
            CHECK(trained(1, small_training_config()) != one);
            if (steps_of(cell) != 8) continue;
            for (const char* name : {"scalar", "neon", "avx2", "avx512", "avx512bf16"}) {
                if (kernels_for(name) == nullptr) continue;
                CAPTURE(name);
                CHECK(hash_under(name, cell, "bf16") == one);
            }
        }
    }

    TEST_CASE("each cell, and each lever, changes what is learned") {
        const auto trained = [](auto change) {
            auto model = small_config();
            auto training = small_training_config();
            change(model, training);
            SmallTraining run(1, model, training);
            run.run(3);
            return to_hex(weights_only(run));
        };
        using Model = LanguageModelConfig;
        using Training = TrainingConfig;
        std::vector<std::string> hashes{
            trained([](Model&, Training&) {}),
            trained([](Model&, Training& t) { t.optimizer = OptimizerKind::adam; }),
            trained([](Model& m, Training&) { m.output_input = OutputInput::top; }),
            trained([](Model&, Training& t) { t.dropout_recurrent = 0; }),
            trained([](Model&, Training& t) { t.dropout_mask = DropoutMask::step; }),
            trained([](Model&, Training& t) { t.recurrent_gradient = RecurrentGradient::states; }),
            trained([](Model&, Training& t) { t.reset_probability = 0.9F; })};
        for (const auto cell : all_cells()) {
            if (cell == small_config().cell) continue;
            hashes.push_back(trained([&](Model& m, Training&) { m = small_config(cell); }));
        }
        CHECK(std::set(hashes.begin(), hashes.end()).size() == hashes.size());
        // The average only watches.
        CHECK(trained([](Model&, Training& t) { t.average = 0; }) == hashes.front());
    }

    TEST_CASE("a stream that is always reset begins every window without a memory") {
        auto config = small_training_config();
        config.learning_rate = config.weight_decay = 0;
        config.dropout_input = config.dropout_between = config.dropout_output = 0;
        config.dropout_recurrent = 0;
        config.reset_probability = 0.999999F;
        SmallTraining training(1, small_config(), config);
        const auto reader = training.trainer.model().reader(config.batch_size);
        auto batches = training.batches();
        for (std::uint64_t step = 0; step < 3; ++step) {
            Batch batch;
            fill(batches, 0, step, batch);
            auto empty = RecurrentState::zeros(small_config(), config.batch_size);
            Tensor<2> surprisals;
            reader->surprisals(batch.inputs, batch.targets, empty, surprisals);
            training.run(1);
            double sum = 0;
            for (const float nats : surprisals) sum += double{nats};
            CHECK(training.last.loss ==
                  doctest::Approx(sum / static_cast<double>(surprisals.size())).epsilon(1e-6));
        }
    }

    TEST_CASE("the average of the weights follows them as its rule says") {
        SmallTraining training(2);
        std::vector<NamedTensor> expected;
        for (int n = 1; n <= 200; ++n) {
            training.run(1, 1000);
            const auto weights = training.trainer.weights();
            if (n == 1) expected = weights;
            const double kept = std::min(0.9, (n - 1) / (n + 8.0));
            for (std::size_t i = 0; i < weights.size(); ++i) {
                for (std::size_t k = 0; k < weights[i].values.size(); ++k) {
                    auto& average = expected[i].values[k];
                    average = static_cast<float>(kept * double{average} +
                                                 (1 - kept) * double{weights[i].values[k]});
                }
            }
        }
        const auto found = training.trainer.averaged_weights();
        for (std::size_t i = 0; i < found.size(); ++i) {
            for (std::size_t k = 0; k < found[i].values.size(); ++k) {
                REQUIRE(found[i].values[k] ==
                        doctest::Approx(expected[i].values[k]).epsilon(1e-3).scale(0.01));
            }
        }
    }

    TEST_CASE("streams carry their states through an epoch and begin the next with empty ones") {
        auto config = small_training_config();
        config.learning_rate = config.weight_decay = 0;  // the weights stay: inference can follow
        config.dropout_input = config.dropout_between = config.dropout_output = 0;
        config.dropout_recurrent = config.reset_probability = 0;
        SmallTraining training(1, small_config(), config);
        const auto reader = training.trainer.model().reader(config.batch_size);
        auto batches = training.batches();
        auto state = RecurrentState::zeros(small_config(), config.batch_size);
        for (std::uint64_t step = 0; step < 45; ++step) {
            const auto window = step % batches.windows_per_epoch();
            if (window == 0) state.clear();
            Batch batch;
            fill(batches, step / batches.windows_per_epoch(), window, batch);
            Tensor<2> surprisals;
            reader->surprisals(batch.inputs, batch.targets, state, surprisals);
            training.run(1);
            const auto reached = training.trainer.state();
            REQUIRE(std::equal(state.hidden.begin(), state.hidden.end(),
                               reached.hidden.values.begin()));
            REQUIRE(
                std::equal(state.states.begin(), state.states.end(), reached.cell.values.begin()));
        }
        CHECK(training.trainer.counters().epoch == 1);
    }

    TEST_CASE("another seed gives other weights") {
        auto config = small_training_config();
        config.seed = 2;
        SmallTraining first(1), second(1, small_config(), config);
        first.run(1);
        second.run(1);
        CHECK(first.weights_hash() != second.weights_hash());
    }

    TEST_CASE("a trainer that takes over weights and state goes on as if nothing had happened") {
        SmallTraining whole(1);
        whole.run(20);
        whole.trainer.set_divergences(1, 0.5F);
        whole.run(40);
        for (const std::uint64_t cut : {0, 1, 13, 42, 43}) {
            CAPTURE(cut);
            SmallTraining first(2), second(3);
            const auto run_to = [](SmallTraining& training, std::uint64_t end) {
                while (training.trainer.counters().step < end) {
                    if (training.trainer.counters().step == 20 &&
                        training.trainer.counters().divergences == 0) {
                        training.trainer.set_divergences(1, 0.5F);
                    }
                    training.run(1);
                }
            };
            run_to(first, cut);
            second.run(3);  // leftovers that must not matter
            second.trainer.set_weights(first.trainer.weights());
            second.trainer.set_state(first.trainer.state());
            run_to(second, 60);
            CHECK(second.weights_hash() == whole.weights_hash());
            CHECK(shown(second.trainer.state()) == shown(whole.trainer.state()));
        }
    }

    TEST_CASE("every cell takes all that it remembers with it") {
        for (const auto cell : all_cells()) {
            CAPTURE(cell);
            SmallTraining whole(1, small_config(cell)), first(1, small_config(cell)),
                second(1, small_config(cell));
            whole.run(6);
            first.run(3);
            second.trainer.set_weights(first.trainer.weights());
            second.trainer.set_state(first.trainer.state());
            second.run(3);
            CHECK(second.weights_hash() == whole.weights_hash());
            CHECK(shown(second.trainer.state()) == shown(whole.trainer.state()));
        }
    }

    TEST_CASE("a mean of the weights that a resumed run is the first to ask for begins with them") {
        auto without = small_training_config();
        without.average = 0;
        SmallTraining first(1, small_config(), without), second(1);
        first.run(30);
        second.trainer.set_weights(first.trainer.weights());
        second.trainer.set_state(first.trainer.state());
        CHECK(second.trainer.averaged_weights() == first.trainer.weights());
        second.run(1);
        CHECK(second.trainer.averaged_weights() != second.trainer.weights());
    }

    TEST_CASE("after a reset training begins anew") {
        SmallTraining training(1), fresh(1);
        const auto first = training.trainer.weights();
        training.run(45);
        training.trainer.reset();
        training.trainer.set_weights(first);
        CHECK(shown(training.trainer.state()) == shown(fresh.trainer.state()));
        training.run(10);
        fresh.run(10);
        CHECK(training.weights_hash() == fresh.weights_hash());
    }

    TEST_CASE("a state of another model or batch is refused") {
        SmallTraining training(1);
        auto config = small_training_config();
        config.batch_size = 4;
        SmallTraining other(1, small_config(), config);
        CHECK_THROWS_AS(training.trainer.set_state(other.trainer.state()), std::logic_error);
        auto state = training.trainer.state();
        state.second_moments.pop_back();
        CHECK_THROWS_AS(training.trainer.set_state(state), std::logic_error);
    }

    TEST_CASE("one line of text is learned by heart") {
        const std::string line = "the quick brown fox jumps over the lazy dog, then sleeps.\n";
        std::vector<TokenId> text;
        for (const char c : line) text.push_back(static_cast<TokenId>(c));
        TrainingConfig config;
        config.batch_size = 1;
        config.window = static_cast<std::int64_t>(line.size());
        config.dropout_between = config.dropout_output = 0;
        config.weight_decay = 0;
        SmallTraining training(
            1, {.vocabulary_size = 128, .layers = 1, .hidden_size = 48, .embedding_size = 16},
            config, text);
        training.run(1, 400);
        CHECK(training.last.loss == doctest::Approx(std::log(128.0)).epsilon(0.05));
        training.run(399, 400);
        // Where the ring is cut is random, so the first symbols of each window cannot be known.
        CHECK(training.last.loss < 0.2);
    }

    TEST_CASE("a loss or gradient that is not finite is reported and changes nothing") {
        SmallTraining undisturbed(1), training(2);
        undisturbed.run(10);
        training.run(10);
        const auto good = training.trainer.weights();
        const auto state = shown(training.trainer.state());
        for (std::size_t i = 0; i < good.size(); ++i) {
            for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                                    std::numeric_limits<float>::infinity()}) {
                INFO(good[i].name, " = ", bad);
                const bool saturates =
                    bad > 0 && good[i].name.ends_with("bias") && i + 1 < good.size();
                if (saturates) continue;  // a gate that is open for ever is a number
                auto weights = good;
                weights[i].values.assign(weights[i].values.size(), bad);
                training.trainer.set_weights(weights);
                const auto before = training.weights_hash();
                training.run(1);
                CHECK_FALSE(training.last.finite);
                CHECK(training.weights_hash() == before);
                CHECK(shown(training.trainer.state()) == state);
            }
        }
        training.trainer.set_weights(good);
        training.run(5);
        undisturbed.run(5);
        CHECK(training.weights_hash() == undisturbed.weights_hash());
    }

    TEST_CASE("reports carry the norm before clipping and the rate in use") {
        auto config = small_training_config();
        config.schedule = Schedule::constant;
        config.clip = 1e-3F;
        SmallTraining training(1, small_config(), config);
        training.run(10);
        CHECK(training.last.learning_rate == doctest::Approx(1e-2));
        CHECK(training.last.gradient_norm > 1e-3);
        training.trainer.set_divergences(1, 0.5F);
        training.run(1);
        CHECK(training.last.learning_rate == doctest::Approx(0.5e-2));
        CHECK(training.trainer.counters().divergences == 1);
        CHECK(training.trainer.steps_per_epoch() == 42);
        CHECK(training.trainer.symbols_per_step() == 35);
    }
}
