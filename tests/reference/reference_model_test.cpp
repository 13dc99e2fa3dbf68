#include "reference/reference_model.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>
#include <xtensor/xview.hpp>

#include "reference/random_window.hpp"
#include "support/gradient_check.hpp"
#include "support/near.hpp"

using namespace carousel;

namespace {

/// Factors in [-1, 1), all different: a mask in the wrong place shows.
ReferenceMasks random_masks(const LanguageModelConfig& config, std::size_t steps,
                            std::size_t batch_size, TestNumbers& numbers) {
    auto masks = reference_ones(config, steps, batch_size);
    const auto draw = [&](Matrix& matrix) {
        for (auto& x : matrix) x = numbers.next();
    };
    draw(masks.symbols);
    for (auto& layer : masks.between) std::for_each(layer.begin(), layer.end(), draw);
    std::for_each(masks.output.begin(), masks.output.end(), draw);
    std::for_each(masks.weight_hh.begin(), masks.weight_hh.end(), draw);
    std::for_each(masks.weight_vh.begin(), masks.weight_vh.end(), draw);
    return masks;
}

struct ReferenceExample {
    LanguageModelConfig config;
    std::int64_t window;
};

/// Every cell in two layers, and every way from layers to output.
std::vector<ReferenceExample> reference_examples() {
    const LanguageModelConfig small{.vocabulary_size = 7,
                                    .layers = 2,
                                    .hidden_size = 5,
                                    .embedding_size = 3,
                                    .output_input = OutputInput::sum};
    std::vector<ReferenceExample> all;
    for (int cell = 0; cell < k_cell_count; ++cell) {
        all.push_back({small, 4});
        all.back().config.cell = static_cast<CellKind>(cell);
        // Long enough for the slowest of five modules, which is due every 16 steps.
        if (all.back().config.cell == CellKind::clockwork) all.back().window = 18;
    }
    // A context that ends within the window, and one that reaches over it.
    for (const auto& [heads, context] : {std::pair{1, 3}, {2, 6}}) {
        all.push_back({{.cell = CellKind::transformer,
                        .vocabulary_size = 7,
                        .layers = 2,
                        .hidden_size = 6,
                        .embedding_size = 6,
                        .heads = heads,
                        .context = context},
                       4});
    }
    for (const auto input : {OutputInput::top, OutputInput::sum}) {
        for (std::int64_t layers = 1; layers <= 3; ++layers) {
            all.push_back({small, 4});
            all.back().config.layers = layers;
            all.back().config.output_input = input;
        }
    }
    return all;
}

std::string sizes_of(const LanguageModelConfig& config) {
    return fmt::format("cell {} output input {} layers {} heads {} context {}",
                       k_cell_words[static_cast<std::size_t>(config.cell)],
                       static_cast<int>(config.output_input), config.layers, config.heads,
                       config.context);
}

}  // namespace

TEST_SUITE("reference/reference_model") {
    TEST_CASE("the reference's gradients are the central differences of its loss") {
        TestNumbers numbers(3);
        for (const auto& [config, window] : reference_examples()) {
            INFO(sizes_of(config));
            auto weights = random_weights(config, numbers);
            auto state = reference_zeros(config, 2);
            // The second window begins with the state that the first one leaves: a constant.
            for (int n = 0; n < 2; ++n) {
                const auto inputs = random_ids(numbers, window, 2, 7),
                           targets = random_ids(numbers, window, 2, 7);
                const auto masks =
                    random_masks(config, static_cast<std::size_t>(window), 2, numbers);
                const ReferenceWindow run{config, inputs, targets, state, masks};
                auto result = reference_backward(weights, run);
                const auto loss = [&] { return reference_forward(weights, run).loss; };
                double largest = 0;
                for (std::size_t i = 0; i < weights.size(); ++i) {
                    CAPTURE(i);
                    for (std::size_t k = 0; k < weights[i].size(); ++k) {
                        // Truncation (1e-10 by the third derivative) and rounding (1e-11) of the
                        // difference. What is divided by the deviation of six numbers bends more:
                        // 8e-9 in the same step, so that a fifth of the step is a fair one.
                        const double step = config.cell == CellKind::transformer ? 2e-6 : 1e-5;
                        const double expected =
                            central_difference(weights[i].data()[k], step, loss);
                        REQUIRE(std::abs(result.gradients[i].data()[k] - expected) < 1e-9);
                        largest = std::max(largest, std::abs(expected));
                    }
                }
                CHECK(largest > 1e-2);
                state = std::move(result.state);
            }
        }
    }

    TEST_CASE("a window run in two parts, the state passed on, equals the window run whole") {
        TestNumbers numbers(4);
        for (const auto& [config, window] : reference_examples()) {
            INFO(sizes_of(config));
            const auto weights = random_weights(config, numbers);
            const auto inputs = random_ids(numbers, window, 3, 7),
                       targets = random_ids(numbers, window, 3, 7);
            const auto masks = random_masks(config, static_cast<std::size_t>(window), 3, numbers);
            const auto start = reference_zeros(config, 3);
            const auto whole = reference_forward(weights, {config, inputs, targets, start, masks});
            auto state = start;
            double sum = 0;
            for (const auto& [from, to] :
                 {std::pair{std::int64_t{0}, window / 2 - 1}, std::pair{window / 2 - 1, window}}) {
                auto part = masks;
                const auto cut = [&](std::vector<Matrix>& steps) {
                    steps = {steps.begin() + from, steps.begin() + to};
                };
                for (auto& layer : part.between) cut(layer);
                cut(part.output);
                const TokenIds x = xt::view(inputs, xt::range(from, to), xt::all()),
                               y = xt::view(targets, xt::range(from, to), xt::all());
                const auto result = reference_forward(weights, {config, x, y, state, part});
                sum += result.loss * static_cast<double>(to - from) / static_cast<double>(window);
                state = result.state;
            }
            CHECK(sum == doctest::Approx(whole.loss).epsilon(1e-12));
            for (std::size_t l = 0; l < state.hidden.size(); ++l) {
                CHECK(distance(state.hidden[l], whole.state.hidden[l]).difference < 1e-14);
                CHECK(distance(state.states[l], whole.state.states[l]).difference < 1e-14);
            }
        }
    }

    TEST_CASE("the output layer reads the top layer's output, or the sum of all") {
        // Layer 0 writes h0 as above; layer 1 has a candidate's bias of -1 and so writes -h0.
        const double h = 0.5 * std::tanh(0.5 * std::tanh(1.0));
        for (const auto& [input, logit] :
             {std::pair{OutputInput::top, -2 * h}, std::pair{OutputInput::sum, 0.0}}) {
            const LanguageModelConfig config{.vocabulary_size = 2,
                                             .layers = 2,
                                             .hidden_size = 1,
                                             .embedding_size = 1,
                                             .output_input = input};
            const Matrix zeros = xt::zeros<double>({4, 1});
            const ReferenceTensors weights{xt::zeros<double>({2, 1}),
                                           zeros,
                                           zeros,
                                           Matrix{{0, 0, 1, 0}},
                                           zeros,
                                           zeros,
                                           Matrix{{0, 0, -1, 0}},
                                           Matrix{{2}, {0}},
                                           xt::zeros<double>({1, 2})};
            const TokenIds inputs{{0}}, targets{{1}};
            const auto result =
                reference_forward(weights, {config, inputs, targets, reference_zeros(config, 1),
                                            reference_ones(config, 1, 1)});
            CHECK(result.loss == doctest::Approx(std::log(1 + std::exp(logit))).epsilon(1e-12));
        }
    }

    TEST_CASE("the first update moves each weight by the learning rate, whatever the gradient") {
        ReferenceOptimizer adam{.beta1 = 0.9,
                                .beta2 = 0.99,
                                .epsilon = 0,
                                .weight_decay = 0.5,
                                .clip = 0,
                                .decays = {true, true, true, false, true, false},
                                .first = {},
                                .second = {}};
        ReferenceTensors weights{Matrix{{1}}, Matrix{{1}}, Matrix{{1}},
                                 Matrix{{1}}, Matrix{{1}}, Matrix{{1}}};
        adam.update(
            weights,
            {Matrix{{3}}, Matrix{{-2}}, Matrix{{1e-4}}, Matrix{{5}}, Matrix{{1}}, Matrix{{-1}}},
            0.1);
        CHECK(weights[0](0, 0) == doctest::Approx(1 - 0.05 - 0.1));
        CHECK(weights[1](0, 0) == doctest::Approx(1 - 0.05 + 0.1));
        CHECK(weights[2](0, 0) == doctest::Approx(1 - 0.05 - 0.1));
        CHECK(weights[3](0, 0) == doctest::Approx(1 - 0.1));  // a bias does not decay
        CHECK(weights[5](0, 0) == doctest::Approx(1 + 0.1));
    }
}
