#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "training/small_training.hpp"

using namespace carousel;

namespace {

std::vector<TokenId> text_of(std::size_t size) {
    std::vector<TokenId> text(size);
    for (std::size_t i = 1; i < size; ++i)
        text[i] = (text[i - 1] * 2 + static_cast<TokenId>(i * i % 3)) % 29;
    return text;
}

LanguageModelConfig both_ways() {
    auto config = small_config();
    config.direction = ReadingDirection::both;
    return config;
}

/// A training of two nets that begin alike, on this text.
class TwoWayTraining {
public:
    explicit TwoWayTraining(int threads = 1)
        : machine(threads),
          trainer(machine, both_ways(), weights(), batches(), small_training_config()) {}

    std::vector<NamedTensor> weights() const {
        const auto net = machine.initial_weights(small_config(), small_training_config().seed);
        std::vector<NamedTensor> all;
        append_tensors(Way::forward, net, all);
        append_tensors(Way::backward, net, all);
        return all;
    }

    BatchIterator batches() const {
        const auto config = small_training_config();
        return {[this](std::uint64_t begin, std::span<TokenId> out) {
                    for (auto& id : out) id = text[begin++];
                },
                0,
                text.size(),
                {config.batch_size, config.window},
                config.seed};
    }

    double run(int steps) {
        double loss = 0;
        for (; steps > 0; --steps)
            loss = trainer.step(static_cast<double>(trainer.counters().step) / 100).loss;
        return loss;
    }

    std::vector<NamedTensor> net(Way way) const {
        return tensors_of(way, both_ways(), trainer.weights());
    }

    std::vector<TokenId> text = text_of(400);
    CpuMachine machine;
    Trainer trainer;
};

}  // namespace

TEST_SUITE("training/two_nets") {
    // Twelve steps: beyond an epoch of eleven windows.
    TEST_CASE("each net learns, to the bit, as it would alone, the second one the reversed text") {
        TwoWayTraining both;
        const auto loss = both.run(12);
        auto text = both.text;
        SmallTraining forward(1, small_config(), small_training_config(), text);
        forward.run(12);
        std::reverse(text.begin(), text.end());
        SmallTraining backward(1, small_config(), small_training_config(), text);
        backward.run(12);
        CHECK(both.net(Way::forward) == forward.trainer.weights());
        CHECK(both.net(Way::backward) == backward.trainer.weights());
        CHECK(both.net(Way::forward) != both.net(Way::backward));
        CHECK(loss == doctest::Approx((forward.last.loss + backward.last.loss) / 2));
        CHECK(both.trainer.model(Way::backward).weights() == both.net(Way::backward));
        CHECK(both.trainer.model_of(both.trainer.weights(), Way::backward)->weights() ==
              both.net(Way::backward));
    }

    TEST_CASE("a training of two nets goes on from its state as if it had not stopped") {
        TwoWayTraining whole, first(2);
        whole.run(15);
        first.run(7);
        TwoWayTraining second;
        second.trainer.set_weights(first.trainer.weights());
        const auto state = first.trainer.state();
        CHECK(state.hidden.shape[1] == 2 * small_training_config().batch_size);
        second.trainer.set_state(state);
        second.run(8);
        CHECK(second.trainer.weights() == whole.trainer.weights());
        CHECK(second.trainer.averaged_weights() == whole.trainer.averaged_weights());
    }

    TEST_CASE("where one net diverges, neither moves") {
        TwoWayTraining both;
        auto weights = both.trainer.weights();
        weights.back().values.front() = INFINITY;  // of the second net
        both.trainer.set_weights(weights);
        const auto forward = both.net(Way::forward);
        CHECK_FALSE(both.trainer.step(0).finite);
        CHECK(both.net(Way::forward) == forward);
        CHECK(both.trainer.counters().step == 0);
    }
}
