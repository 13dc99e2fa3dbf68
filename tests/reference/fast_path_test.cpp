#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "cpu/gradient_norm.hpp"
#include "cpu/initialization.hpp"
#include "cpu/optimizer.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "reference/drawn_masks.hpp"
#include "reference/random_window.hpp"
#include "reference/reference_model.hpp"
#include "support/near.hpp"
#include "support/sanitized.hpp"
#include "training/gradient_clipping.hpp"

using namespace carousel;

namespace {

/// Sizes of a model and its windows, and one dropout of each kind, all of them or none.
struct Example {
    LanguageModelConfig config;
    std::int64_t batch_size, window;
    DropoutRates rates;
    RecurrentGradient gradient;
    std::uint64_t seed;  ///< of its symbols
};

/// Every H with every L and cell: below, at and above the width of a panel and of what the threads
/// share. The rest is drawn, for each cell on its own: a new one leaves those of the others. Where
/// sanitizers watch, every H with one L.
std::vector<Example> examples() {
    constexpr std::int64_t k_batch_sizes[] = {1, 3, 8, 19}, k_windows[] = {1, 2, 7},
                           k_vocabularies[] = {2, 65, 300};
    constexpr DropoutRates k_rates[] = {
        {},
        {.input = 0.2F},
        {.between = 0.3F},
        {.output = 0.4F},
        {.recurrent = 0.3F},
        {.input = 0.2F, .between = 0.3F, .output = 0.4F, .recurrent = 0.3F},
        {.input = 0.2F,
         .between = 0.3F,
         .output = 0.4F,
         .recurrent = 0.3F,
         .mask = DropoutMask::step}};
    constexpr RecurrentGradient k_gradients[] = {RecurrentGradient::full, RecurrentGradient::full,
                                                 RecurrentGradient::states};
    std::vector<Example> all;
    for (int cell = 0; cell < k_cell_count; ++cell) {
        auto seed = 100 * (1 + static_cast<std::uint64_t>(cell));
        TestNumbers numbers(seed);
        const auto one_of = [&](const auto& values) {
            return values[static_cast<std::size_t>(
                numbers.next_id(static_cast<std::int64_t>(std::size(values))))];
        };
        for (const std::int64_t h : {1, 7, 16, 17, 33, 130}) {
            for (std::int64_t l = 1; l <= 3; ++l) {
                const std::int64_t sizes[] = {h + 3, (h + 2) / 2};
                const OutputInput outputs[] = {OutputInput::top, OutputInput::sum};
                all.push_back({{.cell = static_cast<CellKind>(cell),
                                .vocabulary_size = one_of(k_vocabularies),
                                .layers = l,
                                .hidden_size = h,
                                .embedding_size = one_of(sizes),
                                .output_input = one_of(outputs)},
                               one_of(k_batch_sizes),
                               one_of(k_windows),
                               one_of(k_rates),
                               one_of(k_gradients),
                               ++seed});
                if (k_sanitized && (h + l + cell) % 3 != 0) all.pop_back();
            }
        }
    }
    // Texts that are longer than what attention sees, in windows longer and shorter than that.
    for (const std::int64_t window : {40, 70}) {
        all.push_back({{.cell = CellKind::attention_lstm,
                        .vocabulary_size = 65,
                        .layers = 2,
                        .hidden_size = 17,
                        .embedding_size = 9,
                        .output_input = OutputInput::sum},
                       3,
                       window,
                       k_rates[5],
                       RecurrentGradient::full,
                       static_cast<std::uint64_t>(window)});
    }
    // Heads of any size, contexts that end within the window and reach over those before it.
    TestNumbers numbers(7);
    const auto one_of = [&](const auto& values) {
        return values[static_cast<std::size_t>(
            numbers.next_id(static_cast<std::int64_t>(std::size(values))))];
    };
    constexpr std::pair<std::int64_t, std::int64_t> k_heads[] = {
        {1, 1}, {7, 1}, {16, 2}, {34, 1}, {33, 3}, {130, 2}, {96, 3}, {40, 5}};
    for (std::uint64_t i = 0; const auto& [h, heads] : k_heads) {
        for (std::int64_t l = 1; l <= 2; ++l, ++i) {
            constexpr std::int64_t k_transformer_windows[] = {1, 2, 7, 40};
            constexpr std::int64_t k_contexts[] = {1, 2, 5, 16, 17, 50};
            all.push_back({{.cell = CellKind::transformer,
                            .vocabulary_size = one_of(k_vocabularies),
                            .layers = l,
                            .hidden_size = h,
                            .embedding_size = h,
                            .heads = heads,
                            .context = one_of(k_contexts)},
                           one_of(k_batch_sizes),
                           one_of(k_transformer_windows),
                           one_of(k_rates),
                           RecurrentGradient::full,
                           1000 + i});
            if (k_sanitized && i % 3 != 0) all.pop_back();
        }
    }
    return all;
}

std::string shown(const Example& x) {
    return fmt::format(
        "cell {} output input {} V {} E {} H {} L {} A {} C {} B {} T {} dropout {} {} {} {} mask {} "
        "gradient {}",
        k_cell_words[static_cast<std::size_t>(x.config.cell)],
        static_cast<int>(x.config.output_input), x.config.vocabulary_size, x.config.embedding_size,
        x.config.hidden_size, x.config.layers, x.config.heads, x.config.context, x.batch_size,
        x.window, x.rates.input, x.rates.between, x.rates.output, x.rates.recurrent,
        static_cast<int>(x.rates.mask), static_cast<int>(x.gradient));
}

/// Initial weights with biases and an output layer that matter from the first step.
std::vector<NamedTensor> lively_weights(const LanguageModelConfig& config, ThreadPool& pool) {
    auto weights = initial_weights(config, 5, pool);
    TestNumbers numbers(17);
    for (auto& tensor : weights) {
        const bool is_bias = tensor.shape.size() == 1;
        for (auto& x : tensor.values)
            x = is_bias ? x + static_cast<float>(0.5 * numbers.next()) : x * 1.5F;
    }
    return weights;
}

/// How much more rounding grows in a cell than in the others. In mlstm, v is a product of two sums
/// that have no bound: a change of 6e-8 in the weights was measured to move h by up to 1e-6, and
/// four updates in a row multiply that again.
double amplification(CellKind cell) {
    // So do the scores of a softmax that lively weights make large.
    return cell == CellKind::mlstm ? 50 : cell == CellKind::transformer ? 3 : 1;
}

Distance state_distance(const Tensor<3>& fast, const std::vector<Matrix>& layers) {
    std::vector<double> expected;
    for (const auto& layer : layers) expected.insert(expected.end(), layer.begin(), layer.end());
    return distance(fast, expected);
}

}  // namespace

TEST_SUITE("reference/fast_path") {
    // Single precision rounds each operation to 6e-8; sums of up to 500 products, chained over 14
    // steps and 3 layers, were measured to end 2.5e-5 off. The measure is the largest element of a
    // tensor, but at least a hundredth of the largest of all: where all terms of a tensor cancel,
    // as they can with one unit, the rounding errors of these terms stay. A wrong term would be off
    // by its own size.
    TEST_CASE("loss, gradients and carried states are those of the reference at every size") {
        ThreadPool pool(2);
        for (const auto& example : examples()) {
            INFO(shown(example));
            TestNumbers numbers(example.seed);
            const auto& config = example.config;
            const double more = amplification(config.cell);
            const bool truncated = example.gradient == RecurrentGradient::states;
            const auto b = example.batch_size, t = example.window, v = config.vocabulary_size;
            const auto first = lively_weights(config, pool);
            const auto weights = to_reference(first);
            const LanguageModel model(config, first);
            TruncatedBackpropagation fast(model, pool, t, b, example.rates, example.gradient);
            auto state = RecurrentState::zeros(config, b);
            auto reference_state = reference_zeros(config, static_cast<std::size_t>(b));
            Buffer gradients(model.parameters().stored());
            for (std::uint64_t n = 0; n < 2; ++n) {
                const auto inputs = random_ids(numbers, t, b, v),
                           targets = random_ids(numbers, t, b, v);
                const auto masks = drawn_masks(config, t, b, example.rates, {7, n});
                const double loss = fast.run(inputs, targets, state, {7, n}, gradients.data());
                const auto result = reference_backward(
                    weights, {config, inputs, targets, reference_state, masks, truncated});
                reference_state = result.state;
                CHECK(std::abs(loss - result.loss) < 1e-6 * std::max(1.0, result.loss));
                double largest = 0;
                for (const auto& g : result.gradients)
                    largest = std::max(largest, distance(g, g).size);
                const auto tensors = model.parameters().to_canonical(gradients.data());
                for (std::size_t i = 0; i < tensors.size(); ++i) {
                    CAPTURE(tensors[i].name);
                    const auto apart = distance(tensors[i].values, result.gradients[i]);
                    CHECK(apart.relative(0.01 * largest) < 1e-4);
                }
                CHECK(state_distance(state.hidden, reference_state.hidden).relative(1) <
                      1e-5 * more);
                CHECK(state_distance(state.states, reference_state.states).relative(1) <
                      1e-5 * more);
            }
        }
    }

    // bf16 rounds each factor to 2^-9 of it, and terms cancel: measured 0.14 at most, of a tensor
    // at least a tenth as large as the largest. A wrong term would be off by its own size.
    TEST_CASE("in bf16 loss and gradients are near those of the reference in every cell") {
        ThreadPool pool(2);
        for (const auto& example : examples()) {
            const auto& config = example.config;
            if (config.layers != 2 || (config.hidden_size != 33 && config.hidden_size != 34))
                continue;
            INFO(shown(example));
            TestNumbers numbers(example.seed);
            const bool truncated = example.gradient == RecurrentGradient::states;
            const auto b = example.batch_size, t = example.window, v = config.vocabulary_size;
            const auto first = initial_weights(config, 5, pool);
            const LanguageModel model(config, first);
            TruncatedBackpropagation fast(model, pool, t, b, example.rates, example.gradient, {},
                                          Precision::bf16);
            auto state = RecurrentState::zeros(config, b);
            Buffer gradients(model.parameters().stored());
            const auto inputs = random_ids(numbers, t, b, v),
                       targets = random_ids(numbers, t, b, v);
            const auto masks = drawn_masks(config, t, b, example.rates, {7, 0});
            const double loss = fast.run(inputs, targets, state, {7, 0}, gradients.data());
            const auto result = reference_backward(
                to_reference(first),
                {config, inputs, targets, reference_zeros(config, static_cast<std::size_t>(b)),
                 masks, truncated});
            CHECK(std::abs(loss - result.loss) < 3e-3 * std::max(1.0, result.loss));
            CHECK(loss != result.loss);
            double largest = 0;
            for (const auto& g : result.gradients) largest = std::max(largest, distance(g, g).size);
            const auto tensors = model.parameters().to_canonical(gradients.data());
            for (std::size_t i = 0; i < tensors.size(); ++i) {
                CAPTURE(tensors[i].name);
                const auto apart = distance(tensors[i].values, result.gradients[i]);
                CHECK(apart.relative(0.1 * largest) < 0.25);
            }
        }
    }

    // Adam divides by the size of the gradient, so the error of a gradient becomes one of the same
    // part of the learning rate; an epsilon of 1e-5 keeps gradients that are nothing but rounding
    // from being divided by themselves. Measured: 0.001 of a learning rate after four updates.
    TEST_CASE("several updates with clipping and decay give the weights of the reference") {
        ThreadPool pool(2);
        std::size_t turn = 0;
        for (const auto& example : examples()) {
            INFO(shown(example));
            TestNumbers numbers(example.seed);
            const auto& config = example.config;
            const double more = amplification(config.cell);
            const bool truncated = example.gradient == RecurrentGradient::states;
            const auto b = example.batch_size, t = example.window, v = config.vocabulary_size;
            // Whoever sees one symbol learns nothing about where to look: Muon would make a
            // direction of what is nothing but rounding.
            const bool sees_one = config.context == 1;
            const bool muon = turn / 2 % 2 == 1 && !sees_one;
            const OptimizerConfig update{.kind = muon ? OptimizerKind::muon : OptimizerKind::adam,
                                         .beta1 = turn++ % 2 == 0 ? 0.0F : 0.9F,
                                         .beta2 = 0.99F,
                                         .epsilon = 1e-5F,
                                         .momentum = 0.8F,
                                         .weight_decay = 0.1F};
            const float clip = 0.3F, rate = 0.01F;
            const auto first = lively_weights(config, pool);
            LanguageModel model(config, first);
            Optimizer optimizer(model, update, pool.size());
            TruncatedBackpropagation fast(model, pool, t, b, example.rates, example.gradient);
            auto state = RecurrentState::zeros(config, b);
            Buffer gradients(model.parameters().stored());
            auto weights = to_reference(model.weights());
            ReferenceOptimizer reference{.beta1 = double{update.beta1},
                                         .beta2 = double{update.beta2},
                                         .epsilon = double{update.epsilon},
                                         .weight_decay = double{update.weight_decay},
                                         .clip = double{clip},
                                         .decays = reference_matrices(config),
                                         .first = {},
                                         .second = {}};
            if (muon) {
                reference.momentum = double{update.momentum};
                reference.muon = reference_muon_scales(config);
            }
            auto reference_state = reference_zeros(config, static_cast<std::size_t>(b));
            for (std::uint64_t n = 0; n < 4; ++n) {
                const auto inputs = random_ids(numbers, t, b, v),
                           targets = random_ids(numbers, t, b, v);
                const auto masks = drawn_masks(config, t, b, example.rates, {7, n});
                fast.run(inputs, targets, state, {7, n}, gradients.data());
                const double norm = global_norm(pool, gradients.data(), gradients.size());
                optimizer.update(pool, model, gradients.data(),
                                 {n + 1, rate, clipping_factor(norm, clip)});

                const auto result = reference_backward(
                    weights, {config, inputs, targets, reference_state, masks, truncated});
                reference_state = result.state;
                const double expected = reference.update(weights, result.gradients, double{rate});
                // Of a prediction that is all but certain, the error is the rounding of a number
                // near 1.
                CHECK(std::abs(norm - expected) < 2e-5 * more * std::max(expected, 0.1));
            }
            const auto tensors = model.weights();
            for (std::size_t i = 0; i < tensors.size(); ++i) {
                CAPTURE(tensors[i].name);
                CHECK(distance(tensors[i].values, weights[i]).difference <
                      0.005 * double{rate} * more);
            }
        }
    }
}
