#include "reference/reference_cell.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>
#include <xtensor/xview.hpp>

#include "reference/random_window.hpp"
#include "reference/reference_model.hpp"
#include "support/near.hpp"

using namespace carousel;

namespace {

/// One step of two units that read each other: U and V have nothing on the diagonal. Of the first
/// unit all is given, and biases make up for weights that are all different; the second has -ln 3
/// at every gate. They begin with outputs of -1/2 and 1/2.
struct TwoUnits {
    CellKind cell;
    std::vector<double> gates;  ///< what those of the first unit shall be functions of
    std::vector<double> states_before{}, diagonal{};
    double mixed = 0;  ///< the vector v at the second unit
    double hidden = 0;
    std::vector<double> states{};
    std::vector<Matrix> rounds{};                   ///< down and up of each
    std::vector<double> input{2}, past{-0.5, 0.5};  ///< what the gates read, after the rounds

    /// The second symbol follows. Its logit is 0, that of the first is twice the first unit's
    /// output.
    ReferenceResult run() const {
        const LanguageModelConfig config{
            .cell = cell, .vocabulary_size = 2, .layers = 1, .hidden_size = 2, .embedding_size = 1};
        const auto row = [](const std::vector<double>& of_first, double of_second) {
            Matrix both({1, 2 * of_first.size()});
            for (std::size_t k = 0; k < of_first.size(); ++k) {
                both(0, 2 * k) = of_first[k];
                both(0, 2 * k + 1) = of_second;
            }
            return both;
        };
        Matrix bias = row(gates, -std::log(3.0));
        const auto matrix = [&](const GateRange& range, double first,
                                const std::vector<double>& read) {
            Matrix weight =
                xt::zeros<double>({2 * static_cast<std::size_t>(range.count), read.size()});
            for (std::size_t n = 0; n < weight.shape(0); ++n) {
                const auto k = (n + 1) % read.size();
                weight(n, k) = first + 0.25 * static_cast<double>(n);
                bias(0, 2 * static_cast<std::size_t>(range.first) + n) -= weight(n, k) * read[k];
            }
            return weight;
        };
        const auto shape = cell_shape(cell);
        ReferenceTensors weights{Matrix{{2}, {0}}, matrix(shape.input, 0.75, input)};
        if (shape.recurrent.count > 0) weights.push_back(matrix(shape.recurrent, -1.5, past));
        if (shape.mixed.count > 0) weights.push_back(matrix(shape.mixed, 0.5, {0, mixed}));
        weights.insert(weights.end(), rounds.begin(), rounds.end());
        if (!diagonal.empty()) weights.push_back(row(diagonal, 0));
        weights.push_back(bias);
        weights.push_back(Matrix{{2, 0}, {0, 0}});
        weights.push_back(xt::zeros<double>({1, 2}));
        const TokenIds inputs{{0}}, targets{{1}};
        const ReferenceState state{{Matrix{{-0.5, 0.5}}}, {row(states_before, 0)}};
        return reference_forward(weights,
                                 {config, inputs, targets, state, reference_ones(config, 1, 1)});
    }
};

}  // namespace

TEST_SUITE("reference/reference_cell") {
    // Activations of ln 3 and -ln 3: sigmoid 3/4 and 1/4, tanh 4/5.
    TEST_CASE(
        "two units and two symbols give the output, the state and the loss worked out by hand") {
        const double x = std::log(3.0), open = 0.5 * std::tanh(1.1);
        // slstm: ln sigmoid(a_f) + m_ for a_f = -x and m_ = 1.
        const double kept = 1 + std::log(0.25), two = std::log(2.0);
        const std::vector<TwoUnits> all{
            {.cell = CellKind::lstm,
             .gates = {x, -x, x, 0},
             .states_before = {2},
             .hidden = open,
             .states = {0.25 * 2 + 0.75 * 0.8}},
            {.cell = CellKind::cifg,
             .gates = {-x, x, 0},
             .states_before = {2},
             .hidden = open,
             .states = {0.25 * 2 + 0.75 * 0.8}},
            // i above 1 - f, and below it.
            {.cell = CellKind::capped_lstm,
             .gates = {x, x, x, 0},
             .states_before = {2},
             .hidden = 0.5 * std::tanh(1.7),
             .states = {0.75 * 2 + 0.25 * 0.8}},
            {.cell = CellKind::capped_lstm,
             .gates = {-x, -x, x, 0},
             .states_before = {2},
             .hidden = 0.5 * std::tanh(0.7),
             .states = {0.25 * 2 + 0.25 * 0.8}},
            {.cell = CellKind::rnn, .gates = {x}, .hidden = 0.8},
            {.cell = CellKind::lstm1997,
             .gates = {x, x, -x},
             .states_before = {2},
             .hidden = 0.25 * std::tanh(2.75 / 2),
             .states = {2 + 0.75 * 1}},
            {.cell = CellKind::peephole,
             .gates = {x - 1 * 2, -x + 3 * 2, x, 0 - 2 * 1.1},
             .states_before = {2},
             .diagonal = {1, -3, 2},
             .hidden = open,
             .states = {1.1}},
            {.cell = CellKind::gru,
             .gates = {x - 0.75 * 4, x, -x, 4},
             .hidden = 0.75 * 0.8 + 0.25 * -0.5},
            {.cell = CellKind::gru_before,
             .gates = {x, -x, x},
             .mixed = 0.25 * 0.5,
             .hidden = 0.75 * 0.8 + 0.25 * -0.5},
            {.cell = CellKind::mlstm,
             .gates = {2, -0.5, x, -x, x, 0},
             .states_before = {2},
             .mixed = x * x,
             .hidden = open,
             .states = {0.25 * 2 + 0.75 * 0.8}},
            // At the start; then i twice f, and f twice i.
            {.cell = CellKind::slstm,
             .gates = {-3, x, x, 0},
             .states_before = {0, 0, 0},
             .hidden = 0.5 * 0.8,
             .states = {0.8, 1, -3}},
            {.cell = CellKind::slstm,
             .gates = {kept + two, -x, x, 0},
             .states_before = {2, 4, 1},
             .hidden = 0.5 * 1.8 / 3,
             .states = {0.5 * 2 + 0.8, 0.5 * 4 + 1, kept + two}},
            {.cell = CellKind::slstm,
             .gates = {kept - two, -x, x, 0},
             .states_before = {2, 4, 1},
             .hidden = 0.5 * 2.4 / 4.5,
             .states = {2 + 0.5 * 0.8, 4 + 0.5, kept}},
            // A candidate above 0, and one below.
            {.cell = CellKind::minlstm, .gates = {x, 0, 1}, .hidden = 0.6 * -0.5 + 0.4 * 1.5},
            {.cell = CellKind::minlstm, .gates = {x, 0, -x}, .hidden = 0.6 * -0.5 + 0.4 * 0.25},
            {.cell = CellKind::mingru, .gates = {x, 1}, .hidden = 0.25 * -0.5 + 0.75 * 1.5},
            {.cell = CellKind::mingru, .gates = {x, -x}, .hidden = 0.25 * -0.5 + 0.75 * 0.25},
            // The only layer: there is nothing below, whatever the depth gate is.
            {.cell = CellKind::depth_gated,
             .gates = {x, -x, x, 0, 2},
             .states_before = {2},
             .diagonal = {1, -3},
             .hidden = open,
             .states = {1.1}},
            {.cell = CellKind::clockwork,
             .gates = {x},
             .states_before = {0},
             .hidden = 0.8,
             .states = {0}},
            // Each round scales by 3/2 where its argument is x, by 1/2 where it is -x. The input
            // becomes 3, 3/2, 9/4; h(t-1) becomes (-1/4, 3/4), (-3/8, 3/8).
            {.cell = CellKind::mogrifier,
             .gates = {x, x, x, 0},
             .states_before = {2},
             .hidden = 0.5 * std::tanh(1.7),
             .states = {0.75 * 2 + 0.25 * 0.8},
             .rounds = {Matrix{{0, 2}, {0, 0}}, Matrix{{x, 0}}, Matrix{{1.0 / 3}, {0}},
                        Matrix{{-x, 0}, {x, 0}}, Matrix{{0, 0}, {-4, 0}}, Matrix{{9, -x}},
                        Matrix{{2.0 / 3}, {0}}, Matrix{{x, 0}, {-x, 0}},
                        Matrix{{0, 8.0 / 3}, {0, 0}}, Matrix{{x, 0}}},
             .input = {2.25},
             .past = {-0.375, 0.375}},
        };
        for (const auto& units : all) {
            CAPTURE(k_cell_words[static_cast<std::size_t>(units.cell)]);
            const auto result = units.run();
            CHECK(result.state.hidden[0](0, 0) == doctest::Approx(units.hidden).epsilon(1e-12));
            REQUIRE(result.state.states[0].size() == 2 * units.states.size());
            for (std::size_t s = 0; s < units.states.size(); ++s)
                CHECK(std::abs(result.state.states[0](0, 2 * s) - units.states[s]) < 1e-14);
            CHECK(result.loss ==
                  doctest::Approx(std::log(1 + std::exp(2 * units.hidden))).epsilon(1e-12));
        }
    }

    // One unit whose gates are biases.
    TEST_CASE("what comes up from the layer below gives the numbers worked out by hand") {
        const double x = std::log(3.0);
        const auto step = [](CellKind kind, const Matrix& bias, const Matrix& diagonal,
                             const Matrix& states_before, const Matrix& states_below) {
            Tape tape;
            const auto shape = cell_shape(kind);
            const auto none = [&](const GateRange& range) {
                return tape.leaf(
                    xt::zeros<double>({static_cast<std::size_t>(range.count), std::size_t{1}}));
            };
            const LayerWeights weights{.W = none(shape.input),
                                       .U = none(shape.recurrent),
                                       .V = Value(),
                                       .p = tape.leaf(diagonal),
                                       .b = tape.leaf(bias)};
            const Value one = tape.leaf(Matrix{{1}});
            const auto after = forward_cell(kind, weights, {one, tape.leaf(states_below)},
                                            {.hidden = one, .states = tape.leaf(states_before)});
            std::vector<double> found{after.hidden.matrix()(0, 0)};
            if (after.output) found.push_back(after.output.matrix()(0, 0));
            for (const double s : after.states.matrix()) found.push_back(s);
            return found;
        };
        const auto check = [](const std::vector<double>& found, const std::vector<double>& right) {
            REQUIRE(found.size() == right.size());
            for (std::size_t i = 0; i < right.size(); ++i)
                CHECK(std::abs(found[i] - right[i]) < 1e-14);
        };
        const double c = 0.75 * 4 + 0.25 * 2 + 0.75 * 0.8;
        check(step(CellKind::depth_gated, {{x, -x, x, 0, x - 1 * 2 + 3 * 4}}, {{1, -3}}, {{2}},
                   {{4}}),
              {0.5 * std::tanh(c), c});
        // The state through depth comes from below, whatever it was at the step before.
        const double time = 0.25 * 2 + 0.75 * 0.8, depth = 0.75 * 4 - 0.25 * 0.8;
        check(step(CellKind::grid, {{x, -x, x, 0, -x, x, -x, x}}, {{0}}, {{2, 7}}, {{-5, 4}}),
              {0.5 * std::tanh(time), 0.75 * std::tanh(depth), time, depth});
    }

    // The sums of two units are made 3 s, 3 s, -3 s, -3 s, s, s, -s, -s: their mean is 0, their
    // deviation s root 5, whatever s. Gains are chosen so that i, f, g, o come out as ln 3, -ln 3,
    // ln 3, 0 for the first unit and 0, 0, ln 3, 0 for the second.
    TEST_CASE("of layernorm-lstm, N, gains and biases give the step worked out by hand") {
        const LanguageModelConfig config{.cell = CellKind::layernorm_lstm,
                                         .vocabulary_size = 2,
                                         .layers = 1,
                                         .hidden_size = 2,
                                         .embedding_size = 1};
        const double x = std::log(3.0), s = 0.01;
        const double root_x = std::sqrt(5 * s * s + 1e-5) / s, root_h = std::sqrt(5 + 1e-5);
        // W x, then U h with h = (1, 0); in the order i f g o, two units each.
        const Matrix W{{3 * s}, {3 * s}, {-3 * s}, {-3 * s}, {s}, {s}, {-s}, {-s}};
        const Matrix U{{1, 9}, {1, 9}, {3, 9}, {3, 9}, {-1, 9}, {-1, 9}, {-3, 9}, {-3, 9}};
        // γ_x N(W x) makes 3/2 x, 0, 1/2 x, 0, x, x, 0, 0; γ_h N(U h) the rest but for b.
        const Matrix gain{{root_x * x / 2, 0, root_x * x / 6, 0, root_x * x, root_x * x, 0, 0,
                           root_h * -x / 2, 0, 0, 0, 0, 0, root_h * 2, 0, 2, 3}};
        const Matrix bias{{0, 0, -x / 2, 0, 0, 0, 6, 0, 0.25, -0.5}};
        const ReferenceTensors weights{
            Matrix{{1}, {0}}, W, U, gain, bias, Matrix{{2, 0}, {0, 0}}, xt::zeros<double>({1, 2})};
        const TokenIds inputs{{0}}, targets{{1}};
        const ReferenceState state{{Matrix{{1, 0}}}, {Matrix{{2, 1}}}};
        const auto result = reference_forward(
            weights, {config, inputs, targets, state, reference_ones(config, 1, 1)});
        const double c0 = 0.25 * 2 + 0.75 * 0.8, c1 = 0.5 * 1 + 0.5 * 0.8;  // 1.1 and 0.9
        const double n = 0.1 / std::sqrt(0.01 + 1e-5);
        const double h0 = 0.5 * std::tanh(2 * n + 0.25), h1 = 0.5 * std::tanh(-3 * n - 0.5);
        CHECK(result.state.states[0](0, 0) == doctest::Approx(c0).epsilon(1e-12));
        CHECK(result.state.states[0](0, 1) == doctest::Approx(c1).epsilon(1e-12));
        CHECK(result.state.hidden[0](0, 0) == doctest::Approx(h0).epsilon(1e-12));
        CHECK(result.state.hidden[0](0, 1) == doctest::Approx(h1).epsilon(1e-12));
        CHECK(result.loss == doctest::Approx(std::log(1 + std::exp(2 * h0))).epsilon(1e-12));
    }

    // One unit that outputs o tanh c = 0.5 tanh 1.1, whose query is ln 2. Of the outputs before,
    // the last is 1 and the one of 64 steps ago -1; the others are 0 and count 1 each.
    TEST_CASE("attention to three kinds of outputs gives the context worked out by hand") {
        const double x = std::log(3.0), h = 0.5 * std::tanh(1.1);
        Tape tape;
        Matrix past = xt::zeros<double>({1, 64}), r = past;
        past(0, 0) = 1;
        past(0, 63) = -1;
        r(0, 0) = std::log(62.0 / 2);
        r(0, 63) = std::log(124.0 * 2);
        const Value none = tape.leaf(xt::zeros<double>({4, 1}));
        const LayerWeights weights{.W = none,
                                   .U = none,
                                   .V = Value(),
                                   .p = Value(),
                                   .g = Value(),
                                   .b = tape.leaf(Matrix{{x, -x, x, 0}}),
                                   .Q = tape.leaf(Matrix{{std::log(2.0) / h}}),
                                   .M = tape.leaf(Matrix{{3}}),
                                   .r = tape.leaf(r)};
        const auto after =
            forward_cell(CellKind::attention_lstm, weights, {tape.leaf(Matrix{{1}}), Value()},
                         {.hidden = tape.leaf(past), .states = tape.leaf(Matrix{{2}})});
        // Shares 1/4, 1/2 and, of all others together, 1/4.
        CHECK(std::abs(after.output.matrix()(0, 0) - (h + 3 * (0.25 - 0.5))) < 1e-14);
        CHECK(std::abs(after.states.matrix()(0, 0) - 1.1) < 1e-14);
        Matrix next = xt::zeros<double>({1, 64});
        next(0, 0) = h;
        next(0, 1) = 1;
        CHECK(distance(after.hidden.matrix(), next).difference < 1e-14);
    }

    TEST_CASE("a clockwork unit changes when its module is due, and reads no faster one") {
        constexpr std::size_t k_module[] = {0, 0, 1, 2, 3, 4, 5, 6, 7};
        constexpr std::size_t k_period[] = {1, 1, 2, 4, 8, 16, 32, 64, 128};
        const LanguageModelConfig config{.cell = CellKind::clockwork,
                                         .vocabulary_size = 7,
                                         .layers = 1,
                                         .hidden_size = 9,
                                         .embedding_size = 3};
        TestNumbers numbers(5);
        const auto weights = random_weights(config, numbers);
        const auto inputs = random_ids(numbers, 130, 1, 7);
        const auto start = reference_zeros(config, 1);
        auto state = start;
        for (std::size_t t = 0; t < 130; ++t) {
            CAPTURE(t);
            const TokenIds id{{inputs(t, 0)}};
            const auto next =
                reference_forward(weights, {config, id, id, state, reference_ones(config, 1, 1)})
                    .state;
            for (std::size_t u = 0; u < 9; ++u) {
                CAPTURE(u);
                const bool changed = next.hidden[0](0, u) != state.hidden[0](0, u);
                CHECK(changed == (t % k_period[u] == 0));
                CHECK(next.states[0](0, u) == static_cast<double>((t + 1) % k_period[u]));
            }
            state = next;
        }
        const auto gradients = reference_backward(weights, {config, inputs, inputs, start,
                                                            reference_ones(config, 130, 1)})
                                   .gradients;
        for (std::size_t n = 0; n < 9; ++n) {
            for (std::size_t k = 0; k < 9; ++k) {
                const bool counts = gradients[2](n, k) != 0;
                CHECK(counts == (k_module[k] >= k_module[n]));
            }
        }
    }

    // c = C e^-m and n = N e^-m of sums C and N that may be too large to be written down.
    TEST_CASE("the output of slstm does not depend on the scale of its states") {
        const LanguageModelConfig config{.cell = CellKind::slstm,
                                         .vocabulary_size = 7,
                                         .layers = 1,
                                         .hidden_size = 5,
                                         .embedding_size = 3};
        TestNumbers numbers(6);
        const auto weights = random_weights(config, numbers);
        const auto inputs = random_ids(numbers, 4, 2, 7), targets = random_ids(numbers, 4, 2, 7);
        const auto masks = reference_ones(config, 4, 2);
        const auto start =
            reference_forward(weights, {config, inputs, targets, reference_zeros(config, 2), masks})
                .state;
        auto scaled = start;
        xt::view(scaled.states[0], xt::all(), xt::range(0, 10)) *= std::exp(-2.0);
        xt::view(scaled.states[0], xt::all(), xt::range(10, 15)) += 2.0;
        const auto one = reference_backward(weights, {config, inputs, targets, start, masks}),
                   other = reference_backward(weights, {config, inputs, targets, scaled, masks});
        CHECK(distance(one.state.hidden[0], other.state.hidden[0]).difference < 1e-14);
        for (std::size_t i = 0; i < weights.size(); ++i)
            CHECK(distance(one.gradients[i], other.gradients[i]).difference < 1e-14);
    }
}
