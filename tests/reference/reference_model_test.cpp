#include "reference/reference_model.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>
#include <xtensor/xview.hpp>

#include "nn/parameter.hpp"
#include "reference/random_window.hpp"
#include "support/gradient_check.hpp"
#include "support/near.hpp"

using namespace carousel;

namespace {

/// Weights in [-0.7, 0.7): large enough that every gate leaves its linear range.
ReferenceTensors random_weights(const LanguageModelConfig& config, TestNumbers& numbers) {
    auto tensors = expected_parameters(config);
    const ParameterList list(config);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        tensors[i].values.assign(static_cast<std::size_t>(list.all()[i].count()), 0.0F);
    }
    auto weights = to_reference(tensors);
    for (auto& weight : weights) {
        for (auto& x : weight) x = 0.7 * numbers.next();
    }
    return weights;
}

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
    std::for_each(masks.recurrent.begin(), masks.recurrent.end(), draw);
    return masks;
}

/// Every cell with both inputs of the output layer, in one to three layers.
std::vector<LanguageModelConfig> architectures() {
    std::vector<LanguageModelConfig> all;
    for (const auto cell : {CellKind::lstm, CellKind::cifg, CellKind::capped_lstm}) {
        for (const auto input : {OutputInput::top, OutputInput::sum}) {
            for (std::int64_t layers = 1; layers <= 3; ++layers) {
                all.push_back({.cell = cell,
                               .vocabulary_size = 5,
                               .layers = layers,
                               .hidden_size = 3,
                               .embedding_size = 2,
                               .output_input = input});
            }
        }
    }
    return all;
}

std::string shown(const LanguageModelConfig& config) {
    return fmt::format("cell {} output input {} layers {}", static_cast<int>(config.cell),
                       static_cast<int>(config.output_input), config.layers);
}

}  // namespace

TEST_SUITE("reference/reference_model") {
    TEST_CASE("the reference's gradients are the central differences of its loss") {
        TestNumbers numbers(3);
        for (const auto& config : architectures()) {
            INFO(shown(config));
            auto weights = random_weights(config, numbers);
            auto state = reference_zeros(config, 2);
            // The second window begins with the state that the first one leaves: a constant.
            for (int n = 0; n < 2; ++n) {
                const auto inputs = random_ids(numbers, 4, 2, 5),
                           targets = random_ids(numbers, 4, 2, 5);
                const auto masks = random_masks(config, 4, 2, numbers);
                const ReferenceWindow window{config, inputs, targets, state, masks};
                auto result = reference_backward(weights, window);
                const auto loss = [&] { return reference_forward(weights, window).loss; };
                double largest = 0;
                for (std::size_t i = 0; i < weights.size(); ++i) {
                    CAPTURE(i);
                    for (std::size_t k = 0; k < weights[i].size(); ++k) {
                        const double expected =
                            central_difference(weights[i].data()[k], 1e-5, loss);
                        // Truncation (1e-10 by the third derivative) and rounding (1e-11) of the
                        // difference.
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
        for (const auto& config : architectures()) {
            INFO(shown(config));
            const auto weights = random_weights(config, numbers);
            const auto inputs = random_ids(numbers, 5, 3, 5),
                       targets = random_ids(numbers, 5, 3, 5);
            const auto masks = random_masks(config, 5, 3, numbers);
            const auto start = reference_zeros(config, 3);
            const auto whole = reference_forward(weights, {config, inputs, targets, start, masks});
            auto state = start;
            double sum = 0;
            for (const auto& [from, to] : {std::pair{0, 2}, std::pair{2, 5}}) {
                auto part = masks;
                const auto cut = [&](std::vector<Matrix>& steps) {
                    steps = {steps.begin() + from, steps.begin() + to};
                };
                for (auto& layer : part.between) cut(layer);
                cut(part.output);
                const TokenIds x = xt::view(inputs, xt::range(from, to), xt::all()),
                               y = xt::view(targets, xt::range(from, to), xt::all());
                const auto result = reference_forward(weights, {config, x, y, state, part});
                sum += result.loss * (to - from) / 5;
                state = result.state;
            }
            CHECK(sum == doctest::Approx(whole.loss).epsilon(1e-12));
            for (std::size_t l = 0; l < state.hidden.size(); ++l) {
                CHECK(distance(state.hidden[l], whole.state.hidden[l]).difference < 1e-14);
                CHECK(distance(state.cell[l], whole.state.cell[l]).difference < 1e-14);
            }
        }
    }

    // All weights 0 but the biases of candidate and forget gate, and the output's: i = o = 1/2,
    // g = tanh 1, c = w g with the share w that the cell writes, h = tanh(c) / 2, logits 2 h and 0.
    TEST_CASE("one unit and two symbols give the loss worked out by hand") {
        struct Example {
            CellKind cell;
            double forget_bias, written;
        };
        const double open = 1 / (1 + std::exp(-2.0)), closed = 1 / (1 + std::exp(2.0));
        for (const auto& [cell, forget_bias, written] :
             {Example{CellKind::lstm, 2, 0.5}, Example{CellKind::lstm, -2, 0.5},
              Example{CellKind::cifg, 2, closed}, Example{CellKind::cifg, -2, open},
              Example{CellKind::capped_lstm, 2, closed}, Example{CellKind::capped_lstm, -2, 0.5}}) {
            CAPTURE(static_cast<int>(cell));
            CAPTURE(forget_bias);
            const LanguageModelConfig config{.cell = cell,
                                             .vocabulary_size = 2,
                                             .layers = 1,
                                             .hidden_size = 1,
                                             .embedding_size = 1};
            const std::size_t gates = cell == CellKind::cifg ? 3 : 4;
            const Matrix zeros = xt::zeros<double>({gates, std::size_t{1}});
            const Matrix bias = cell == CellKind::cifg ? Matrix{{forget_bias, 1, 0}}
                                                       : Matrix{{0, forget_bias, 1, 0}};
            const ReferenceTensors weights{
                xt::zeros<double>({2, 1}), zeros, zeros, bias, Matrix{{2}, {0}},
                xt::zeros<double>({1, 2})};
            const TokenIds inputs{{0}}, targets{{1}};
            const auto state = reference_zeros(config, 1);
            const auto masks = reference_ones(config, 1, 1);
            const auto result = reference_forward(weights, {config, inputs, targets, state, masks});
            const double h = 0.5 * std::tanh(written * std::tanh(1.0));
            CHECK(result.loss == doctest::Approx(std::log(1 + std::exp(2 * h))).epsilon(1e-12));
            CHECK(result.state.hidden[0](0, 0) == doctest::Approx(h).epsilon(1e-12));
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
        ReferenceAdam adam{.beta1 = 0.9,
                           .beta2 = 0.99,
                           .epsilon = 0,
                           .weight_decay = 0.5,
                           .clip = 0,
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
