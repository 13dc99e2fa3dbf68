#include "reference/reference_model.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "nn/parameter.hpp"
#include "reference/random_window.hpp"
#include "support/gradient_check.hpp"

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

}  // namespace

TEST_SUITE("reference/reference_model") {
    TEST_CASE("the reference's gradients are the central differences of its loss") {
        TestNumbers numbers(3);
        for (const std::int64_t layers : {1, 2, 3}) {
            CAPTURE(layers);
            const LanguageModelConfig config{
                .vocabulary_size = 5, .layers = layers, .hidden_size = 3, .embedding_size = 2};
            auto weights = random_weights(config, numbers);
            const auto inputs = random_ids(numbers, 4, 2, 5),
                       targets = random_ids(numbers, 4, 2, 5);
            auto state = reference_zeros(config, 2);
            auto masks = reference_ones(config, 2);
            for (auto* values : {&state.hidden, &state.cell, &masks.outputs}) {
                for (auto& matrix : *values) {
                    for (auto& x : matrix) x = numbers.next();
                }
            }
            for (auto& x : masks.symbols) x = numbers.next();
            const ReferenceWindow window{inputs, targets, state, masks};
            const auto result = reference_backward(weights, window);
            const auto loss = [&] { return reference_forward(weights, window).loss; };
            double largest = 0;
            for (std::size_t i = 0; i < weights.size(); ++i) {
                for (std::size_t k = 0; k < weights[i].size(); ++k) {
                    const double expected = central_difference(weights[i].data()[k], 1e-5, loss);
                    // Truncation (1e-10 by the third derivative) and rounding (1e-11) of the
                    // difference.
                    REQUIRE(std::abs(result.gradients[i].data()[k] - expected) < 1e-9);
                    largest = std::max(largest, std::abs(expected));
                }
            }
            CHECK(largest > 1e-2);
        }
    }

    TEST_CASE("one unit and two symbols give the loss worked out by hand") {
        // All weights 0 but the candidate's bias and the output: i = f = o = 1/2, g = tanh 1,
        // c = g / 2, h = tanh(c) / 2, logits 2 h and 0.
        const LanguageModelConfig config{
            .vocabulary_size = 2, .layers = 1, .hidden_size = 1, .embedding_size = 1};
        ReferenceTensors weights{xt::zeros<double>({2, 1}), xt::zeros<double>({4, 1}),
                                 xt::zeros<double>({4, 1}), Matrix{{0, 0, 1, 0}},
                                 Matrix{{2}, {0}},          xt::zeros<double>({1, 2})};
        const TokenIds inputs{{0}}, targets{{1}};
        const auto state = reference_zeros(config, 1);
        const auto masks = reference_ones(config, 1);
        const auto result = reference_forward(weights, {inputs, targets, state, masks});
        const double h = 0.5 * std::tanh(0.5 * std::tanh(1.0));
        CHECK(result.loss == doctest::Approx(std::log(1 + std::exp(2 * h))).epsilon(1e-12));
        CHECK(result.state.hidden[0](0, 0) == doctest::Approx(h).epsilon(1e-12));
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
