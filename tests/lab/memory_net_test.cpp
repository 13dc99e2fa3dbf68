#include "lab/memory_net.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace carousel;

namespace {

double sigma(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}

// A net in plain words, whose gates and cells at step t may read units of t - 1 that are given: so
// the truncated graph, in which those are constants, can be changed weight by weight.
class PlainNet {
public:
    PlainNet(MemoryNet& net, const std::vector<std::vector<InputValue>>& inputs)
        : net_(net), inputs_(inputs) {}

    using Units = std::vector<double>;

    /// Runs all steps. `frozen`: the units of each step before, (T); null: as they come.
    /// Leaves the units of all steps and returns the outputs after the last.
    std::vector<double> run(const std::vector<Units>* frozen) {
        const auto& shape = net_.shape();
        const int gates = shape.gates(), cells = shape.cells(), count = gates + cells;
        std::vector<double> states(static_cast<std::size_t>(cells));
        Units before(static_cast<std::size_t>(count)), now = before;
        read.clear();
        for (std::size_t t = 0; t < inputs_.size(); ++t) {
            if (frozen != nullptr) before = (*frozen)[t];
            read.push_back(before);
            const auto net = [&](int unit) {
                double sum = net_.weight(unit, net_.bias_source());
                for (const auto& input : inputs_[t])
                    sum += net_.weight(unit, input.unit) * input.value;
                for (int u = 0; shape.recurrent && u < count; ++u)
                    sum +=
                        net_.weight(unit, shape.inputs + u) * before[static_cast<std::size_t>(u)];
                return sum;
            };
            for (int g = 0; g < gates; ++g) now[static_cast<std::size_t>(g)] = sigma(net(g));
            for (int c = 0; c < cells; ++c) {
                const int block = c / shape.block_size;
                const double y = sigma(net(net_.cell(c)));
                double& s = states[static_cast<std::size_t>(c)];
                s += now[static_cast<std::size_t>(block)] * (shape.plain_squashing ? y : 4 * y - 2);
                const double open =
                    shape.output_gates ? now[static_cast<std::size_t>(net_.output_gate(block))] : 1;
                const double h = shape.plain_squashing ? s : 2 * sigma(s) - 1;
                now[static_cast<std::size_t>(net_.cell(c))] = open * h;
            }
            before = now;
        }
        std::vector<double> outputs;
        for (int k = 0; k < shape.outputs; ++k) {
            double sum = net_.output_weight(k, cells);
            for (int c = 0; c < cells; ++c)
                sum += net_.output_weight(k, c) * now[static_cast<std::size_t>(net_.cell(c))];
            for (const auto& input : inputs_.back())
                if (shape.direct)
                    sum += net_.output_weight(k, cells + 1 + input.unit) * input.value;
            outputs.push_back(shape.linear_outputs ? sum : sigma(sum));
        }
        return outputs;
    }

    std::vector<Units> read;  // what each step read of the units before

private:
    MemoryNet& net_;
    const std::vector<std::vector<InputValue>>& inputs_;
};

double half_squared_error(const std::vector<double>& outputs, const std::vector<double>& targets) {
    double sum = 0;
    for (std::size_t k = 0; k < outputs.size(); ++k)
        sum += 0.5 * (targets[k] - outputs[k]) * (targets[k] - outputs[k]);
    return sum;
}

const std::vector<std::vector<InputValue>> k_inputs{
    {{0, 0.7}, {1, -0.3}}, {{0, -1.1}, {1, 0.2}}, {{0, 0.4}, {1, 0.9}}, {{0, -0.2}, {1, 1.3}}};

MemoryNet net_of(const MemoryNetShape& shape, double range) {
    MemoryNet net(shape);
    RandomStream random({5, RandomPurpose::initialization, 0}, 0);
    net.draw_weights({.range = range}, random);
    return net;
}

void run_steps(MemoryNet& net, bool learns = true) {
    net.reset();
    for (const auto& inputs : k_inputs) net.step(inputs, learns);
}

void require_gradients(const MemoryNetShape& shape) {
    auto net = net_of(shape, 1.5);
    const std::vector<double> targets{0.9, 0.2};
    const auto before = std::vector<double>(net.weights().begin(), net.weights().end());
    run_steps(net);
    const auto answer = net.answer();
    PlainNet plain(net, k_inputs);
    const auto outputs = plain.run(nullptr);
    for (std::size_t k = 0; k < outputs.size(); ++k)
        CHECK(answer[k] == doctest::Approx(outputs[k]).epsilon(1e-12));
    const auto read = plain.read;

    constexpr double k_rate = 1.0, k_step = 1e-5;
    net.learn(targets, k_rate);
    const auto after = std::vector<double>(net.weights().begin(), net.weights().end());
    std::copy(before.begin(), before.end(), net.weights().begin());
    int moved = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i] == 0.0) {  // no weight stands there
            CHECK(after[i] == 0.0);
            continue;
        }
        const auto error_at = [&](double weight) {
            net.weights()[i] = weight;
            return half_squared_error(plain.run(&read), targets);
        };
        const double slope =
            (error_at(before[i] + k_step) - error_at(before[i] - k_step)) / (2 * k_step);
        net.weights()[i] = before[i];
        CAPTURE(i);
        CHECK(after[i] - before[i] == doctest::Approx(-k_rate * slope).epsilon(1e-6).scale(1e-3));
        if (after[i] != before[i]) ++moved;
    }
    CHECK(moved == shape.weights());
}

}  // namespace

TEST_SUITE("lab/memory_net") {
    TEST_CASE("updates are central differences of the truncated graph") {
        const MemoryNetShape full{.inputs = 2,
                                  .outputs = 2,
                                  .blocks = 2,
                                  .block_size = 2,
                                  .gate_biases = true,
                                  .cell_biases = true,
                                  .output_biases = true};
        SUBCASE("all biases") {
            require_gradients(full);
        }
        SUBCASE("biases of gates alone") {
            auto shape = full;
            shape.cell_biases = shape.output_biases = false;
            shape.blocks = 3;
            require_gradients(shape);
        }
        SUBCASE("output units that are linear") {
            auto shape = full;
            shape.linear_outputs = true;
            require_gradients(shape);
        }
        SUBCASE("no biases, blocks of one") {
            require_gradients({.inputs = 2, .outputs = 2, .blocks = 2, .block_size = 1});
        }
        SUBCASE("no output gates, outputs that read the inputs, h the identity") {
            require_gradients({.inputs = 2,
                               .outputs = 2,
                               .blocks = 1,
                               .block_size = 1,
                               .output_gates = false,
                               .recurrent = false,
                               .direct = true,
                               .plain_squashing = true});
        }
    }

    TEST_CASE("a cell without recurrent weights learns as worked out by hand") {
        // One block of one cell, two steps with input 1, no biases: all sums are single weights.
        MemoryNet net({.inputs = 1, .outputs = 1, .blocks = 1, .recurrent = false});
        const double a = 0.3, b = -0.4, c = 0.5, v = 0.8, target = 1.0;
        net.weight(net.input_gate(0), 0) = a;
        net.weight(net.output_gate(0), 0) = b;
        net.weight(net.cell(0), 0) = c;
        net.output_weight(0, 0) = v;
        net.reset();
        const std::vector<InputValue> one{{0, 1.0}};
        net.step(one, true);
        net.step(one, true);
        const double in = sigma(a), out = sigma(b), y = sigma(c), g = 4 * y - 2;
        const double s = 2 * in * g, h = 2 * sigma(s) - 1;
        CHECK(net.states()[0] == doctest::Approx(s).epsilon(1e-14));
        const double answer = net.answer()[0];
        CHECK(answer == doctest::Approx(sigma(v * out * h)).epsilon(1e-14));
        net.learn(std::vector<double>{target}, 1.0);
        const double e = answer * (1 - answer) * (target - answer);
        const double e_s = out * 2 * sigma(s) * (1 - sigma(s)) * v * e;
        const auto change = [](double now, double before) { return now - before; };
        CHECK(change(net.output_weight(0, 0), v) == doctest::Approx(e * out * h));
        CHECK(change(net.weight(net.output_gate(0), 0), b) ==
              doctest::Approx(out * (1 - out) * h * v * e));
        CHECK(change(net.weight(net.input_gate(0), 0), a) ==
              doctest::Approx(e_s * 2 * g * in * (1 - in)));
        CHECK(change(net.weight(net.cell(0), 0), c) ==
              doctest::Approx(e_s * 2 * 4 * y * (1 - y) * in));
    }

    TEST_CASE("a step that learns nothing computes the same, and a sequence forgets the last one") {
        const MemoryNetShape shape{.inputs = 2, .outputs = 2, .blocks = 2, .block_size = 2};
        auto net = net_of(shape, 1.0);
        run_steps(net);
        const double learning = net.answer()[1];
        run_steps(net, false);
        CHECK(net.answer()[1] == learning);
        CHECK(learning != 0.5);
    }

    TEST_CASE("a net whose cells have not joined answers by its inputs alone") {
        const MemoryNetShape shape{.inputs = 2, .outputs = 2, .blocks = 1, .direct = true};
        auto net = net_of(shape, 1.0);
        run_steps(net);
        const double with_cells = net.answer()[0];
        net.join_cells(false);
        run_steps(net);
        const double without = net.answer()[0];
        CHECK(without != with_cells);
        net.reset();
        net.step(k_inputs.back(), true);
        CHECK(net.answer()[0] == without);
    }

    TEST_CASE("weights from gates stay at zero in a net that is not fed by them") {
        MemoryNet net({.inputs = 2,
                       .outputs = 1,
                       .blocks = 2,
                       .block_size = 1,
                       .fed_by_gates = false,
                       .gate_biases = true});
        RandomStream random({1, RandomPurpose::initialization, 0}, 0);
        net.draw_weights({.range = 0.5}, random);
        const std::vector<InputValue> input{{0, 1.0}};
        const std::vector<double> target{1.0};
        const int first_gate = 2, first_cell = 2 + net.shape().gates();
        const double before = net.weight(net.output_gate(0), first_cell);
        for (int t = 0; t < 3; ++t) {
            net.step(input, true);
            net.answer();
            net.learn(target, 1.0);
        }
        CHECK(net.weight(net.output_gate(0), first_cell) != before);
        for (int unit = 0; unit < net.shape().gates() + net.shape().cells(); ++unit)
            for (int gate = 0; gate < net.shape().gates(); ++gate)
                CHECK(net.weight(unit, first_gate + gate) == 0.0);
    }

    TEST_CASE("biases begin as they are asked for") {
        MemoryNet net({.inputs = 1, .outputs = 1, .blocks = 2, .gate_biases = true});
        RandomStream random({1, RandomPurpose::initialization, 0}, 0);
        net.draw_weights({.range = 0.1, .input_gate_biases = {-3, -6}}, random);
        CHECK(net.weight(net.input_gate(1), net.bias_source()) == -6);
        CHECK(std::abs(net.weight(net.output_gate(1), net.bias_source())) <= 0.1);
        CHECK(net.weight(net.cell(0), net.bias_source()) == 0);
    }
}
