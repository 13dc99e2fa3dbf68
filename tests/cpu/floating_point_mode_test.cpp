#include <doctest/doctest.h>

#include <limits>

#include "cpu/cpu_machine.hpp"
#include "cpu/small_model.hpp"
#include "model/adapter.hpp"
#include "model/forecast.hpp"
#include "model/learner.hpp"
#include "model/reader.hpp"

using namespace carousel;

namespace {

/// Whether this thread keeps numbers below the smallest normal one, as it does when it starts.
bool keeps_denormals() {
    volatile float small = std::numeric_limits<float>::min();
    small = small / 4;
    return small > 0;
}

}  // namespace

TEST_SUITE("cpu/floating_point_mode") {
    TEST_CASE("a team flushes denormals on all members and leaves its caller as it was") {
        ThreadPool pool(2);
        bool kept[2] = {true, true};
        pool.run([&](int member) { kept[member] = keeps_denormals(); });
        CHECK_FALSE(kept[0]);
        CHECK_FALSE(kept[1]);
        CHECK(keeps_denormals());
    }

    TEST_CASE("nothing that a machine does changes the mode of its caller") {
        const LanguageModelConfig config{
            .vocabulary_size = 20, .layers = 1, .hidden_size = 17, .embedding_size = 5};
        const CpuMachine machine(2);
        const auto weights = machine.initial_weights(config, 1);
        CHECK(keeps_denormals());
        const auto model = machine.model(config, weights);
        auto state = RecurrentState::zeros(config, 1);
        const auto ids = random_ids(3, 1, 20, 1);
        for (const auto precision : {Precision::float32, Precision::int8, Precision::bf16}) {
            const auto reader = model->reader(1, precision);
            Tensor<2> result;
            reader->advance(ids, state, result);
            CHECK(keeps_denormals());
            reader->surprisals(ids, ids, state, result);
            CHECK(keeps_denormals());
        }
        const auto learner = machine.learner(config, weights, {.shape = {1, 3}});
        learner->window({ids, ids}, state, {});
        learner->gradient_norm();
        learner->update({.learning_rate = 0.01F});
        CHECK(keeps_denormals());
        const auto adapter = machine.adapter(config, weights, 3);
        adapter->window({ids, ids}, state);
        adapter->gather();
        adapter->finish_gathering();
        adapter->update({.rate = 0.01F, .pull = 0.1F, .epsilon = 0.1F, .bound = 5});
        CHECK(keeps_denormals());
        machine.measure_speed(0.001, TrainingPrecision::bf16);
        machine.for_each(3, [](std::int64_t) {});
        float values[3] = {1, 2, 3};
        machine.softmax(values, 1);
        CHECK(keeps_denormals());
    }
}
