#include "cpu/rounds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/inference.hpp"
#include "cpu/small_model.hpp"
#include "cpu/truncated_backpropagation.hpp"

using namespace carousel;

namespace {

LanguageModelConfig config_of(CellKind cell) {
    return {
        .cell = cell, .vocabulary_size = 23, .layers = 2, .hidden_size = 37, .embedding_size = 20};
}

bool is_of_a_round(const NamedTensor& tensor) {
    return tensor.name.find(".round") != std::string::npos;
}

/// A model with rounds, and the same without them.
struct Pair {
    LanguageModel with, without;
};

/// `change` may alter the rounds of the one.
template <typename Change>
Pair pair_of(Change change) {
    const auto config = config_of(CellKind::mogrifier);
    auto weights = lively_model(config).weights(), others = weights;
    std::erase_if(others, is_of_a_round);
    for (auto& tensor : weights) {
        if (is_of_a_round(tensor)) change(tensor);
    }
    return {{config, weights}, {config_of(CellKind::capped_lstm), others}};
}

Tensor<2> surprisals(const LanguageModel& model) {
    ThreadPool pool(2);
    Inference inference(model, pool, 3);
    auto state = RecurrentState::zeros(model.config(), 3);
    Tensor<2> result;
    inference.surprisals(random_ids(9, 3, 23, 1), random_ids(9, 3, 23, 2), state, result);
    return result;
}

}  // namespace

TEST_SUITE("cpu/rounds") {
    TEST_CASE("rounds that scale by 1 leave the capped LSTM, to the bit") {
        const auto zero = [](NamedTensor& tensor) {
            if (tensor.name.ends_with(".up"))
                std::fill(tensor.values.begin(), tensor.values.end(), 0.0F);
        };
        const auto pair = pair_of(zero);
        CHECK(same_bits(surprisals(pair.with), surprisals(pair.without)));
    }

    TEST_CASE("every round changes what is predicted, and learns from it") {
        const auto plain = surprisals(pair_of([](NamedTensor&) {}).with);
        for (const std::string_view round :
             {"round1.up", "round2.up", "round3.up", "round4.up", "round5.up"}) {
            CAPTURE(round);
            const auto pair = pair_of([&](NamedTensor& tensor) {
                if (!tensor.name.ends_with(round)) return;
                for (auto& x : tensor.values) x *= 1.5F;
            });
            CHECK(!same_bits(surprisals(pair.with), plain));
        }
        const auto learner = lively_model(config_of(CellKind::mogrifier));
        ThreadPool pool(2);
        TruncatedBackpropagation backpropagation(learner, pool, 5, 3, {});
        auto state = RecurrentState::zeros(learner.config(), 3);
        std::vector<float> gradients(static_cast<std::size_t>(learner.parameters().stored()));
        backpropagation.run(random_ids(5, 3, 23, 1), random_ids(5, 3, 23, 2), state, {1, 0},
                            gradients.data());
        for (const auto& tensor : learner.parameters().to_canonical(gradients.data())) {
            CAPTURE(tensor.name);
            CHECK(std::any_of(tensor.values.begin(), tensor.values.end(),
                              [](float x) { return x != 0; }));
        }
    }
}
