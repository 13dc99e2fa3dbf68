#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

/// Buffers of a step for `rows` streams and `blocks` blocks of units, with margins in every row.
struct Cell {
    std::int64_t rows, blocks;
    CellKind kind = CellKind::lstm;
    CellShape shape = cell_shape(kind);
    std::ptrdiff_t gates_row = blocks * shape.gates * 16 + 16,
                   states_row = blocks * shape.states * 16 + 32, hidden_row = blocks * 16 + 32;
    Floats gates = random_floats(rows * gates_row, 1, 6.0F);
    Floats before = random_floats(rows * states_row, 2, 3.0F);
    Floats states = random_floats(rows * states_row, 3);
    Floats hidden_before = random_floats(rows * hidden_row, 7);
    Floats hidden = random_floats(rows * hidden_row, 4), mixed = hidden;
    Floats grad_hidden = random_floats(rows * hidden_row, 5), grad_before = grad_hidden;
    Floats grad_states = random_floats(rows * states_row, 6);
    Floats below = random_floats(rows * states_row, 9, 3.0F), grad_depth = grad_states;
    Floats output = hidden, grad_output = random_floats(rows * hidden_row, 10);
    Floats diagonal = random_floats(blocks * shape.diagonals * 16, 8), grad_diagonal = diagonal;

    CellForward forward_step() {
        return {.gates = gates.data(),
                .gates_row = gates_row,
                .states_before = before.data(),
                .states = states.data(),
                .states_row = states_row,
                .hidden_before = hidden_before.data(),
                .hidden = hidden.data(),
                .hidden_row = hidden_row,
                .diagonal = diagonal.data(),
                .states_below = below.data(),
                .output = output.data(),
                .rows = rows,
                .blocks = blocks};
    }
    void mix(const KernelTable& set) {
        auto step = forward_step();
        step.hidden = mixed.data();
        if (const auto run = set.cell(kind).mix_forward) run(step);
    }
    void forward(const KernelTable& set) { set.cell(kind).forward(forward_step()); }

    CellBackward backward_step() {
        grad_diagonal.resize(static_cast<std::size_t>(rows * blocks * shape.diagonals * 16));
        return {.gates = gates.data(),
                .gates_row = gates_row,
                .states_before = before.data(),
                .states = states.data(),
                .states_row = states_row,
                .hidden_before = hidden_before.data(),
                .hidden = hidden.data(),
                .hidden_row = hidden_row,
                .grad_hidden = grad_hidden.data(),
                .grad_hidden_before = grad_before.data(),
                .grad_hidden_row = hidden_row,
                .grad_states = grad_states.data(),
                .grad_states_row = states_row,
                .diagonal = diagonal.data(),
                .grad_diagonal = grad_diagonal.data(),
                .grad_diagonal_row = blocks * shape.diagonals * 16,
                .states_below = below.data(),
                .grad_depth = grad_depth.data(),
                .grad_output = grad_output.data(),
                .rows = rows,
                .blocks = blocks};
    }
    void backward(const KernelTable& set) { set.cell(kind).backward(backward_step()); }
    void mix_backward(const KernelTable& set) {
        if (const auto run = set.cell(kind).mix_backward) run(backward_step());
    }
};

/// Error of `found` in units of the last place of a float of this size.
double ulps(float found, double exact) {
    const auto size = static_cast<float>(std::abs(exact));
    const float step = std::nextafter(size, std::numeric_limits<float>::infinity()) - size;
    return std::abs(double{found} - exact) / double{step};
}

/// Largest error of the gate in lane group `gate` over [-limit, limit].
template <typename Exact>
double largest_error(const KernelTable& set, std::size_t gate, double limit, Exact exact) {
    Cell cell{1, 1};
    double worst = 0;
    constexpr int k_points = 400000;
    for (int i = 0; i < k_points; i += 16) {
        Floats x(16);
        for (int j = 0; j < 16; ++j) {
            // Denser near zero, where relative errors are hardest.
            const double u = (i + j - k_points / 2) / (k_points / 2.0);
            x[static_cast<std::size_t>(j)] = static_cast<float>(limit * u * u * u);
        }
        std::copy(x.begin(), x.end(), cell.gates.begin() + static_cast<std::ptrdiff_t>(16 * gate));
        cell.forward(set);
        for (std::size_t j = 0; j < 16; ++j) {
            worst = std::max(worst, ulps(cell.gates[16 * gate + j], exact(double{x[j]})));
        }
    }
    return worst;
}

double exact_sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

/// One unit: its gates, states and the gradient of its cell state.
struct UnitStep {
    double i, f, g, o, c_before, dc;
};

/// Compares every unit of a step with the equations. `rule` gives the input gate in use and the
/// gradients of the input and the forget gate's activations; g, o and the output are the same in
/// all cells.
template <typename Rule>
void check_gradients(const KernelTable& set, CellKind kind, Rule rule) {
    Cell cell{3, 2, kind};
    const bool coupled = kind == CellKind::cifg;
    const std::size_t width = coupled ? 48 : 64, first = coupled ? 0 : 16;  // f, then g, then o
    cell.forward(set);
    const Cell before = cell;
    cell.backward(set);
    for (std::int64_t r = 0; r < 3; ++r) {
        for (std::int64_t u = 0; u < 32; ++u) {
            const auto at = static_cast<std::size_t>(r * cell.states_row + u);
            const auto gate = static_cast<std::size_t>(r * cell.gates_row) +
                              static_cast<std::size_t>(u / 16) * width +
                              static_cast<std::size_t>(u % 16);
            const double i = coupled ? 0 : before.gates[gate];
            const double f = before.gates[gate + first], g = before.gates[gate + first + 16],
                         o = before.gates[gate + first + 32];
            const double tanh_c = std::tanh(double{before.states[at]}), dh = before.grad_hidden[at];
            const double dc = dh * o * (1 - tanh_c * tanh_c) + before.grad_states[at];
            double di = 0, df = 0;
            const double input = rule({i, f, g, o, before.before[at], dc}, di, df);
            const auto near = [](double x) { return doctest::Approx(x).epsilon(1e-5).scale(0.01); };
            REQUIRE(before.states[at] == near(f * before.before[at] + input * g));
            REQUIRE(before.hidden[at] == near(o * tanh_c));
            if (!coupled) REQUIRE(cell.gates[gate] == near(di * i * (1 - i)));
            REQUIRE(cell.gates[gate + first] == near(df * f * (1 - f)));
            REQUIRE(cell.gates[gate + first + 16] == near(dc * input * (1 - g * g)));
            REQUIRE(cell.gates[gate + first + 32] == near(dh * tanh_c * o * (1 - o)));
            REQUIRE(cell.grad_states[at] == near(dc * f));
        }
    }
}

}  // namespace

TEST_SUITE("kernels/cells") {
    TEST_CASE("a cell without input keeps half of its state and shows half of that's tanh") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Cell cell{1, 1};
            std::fill(cell.gates.begin(), cell.gates.end(), 0.0F);
            cell.before[0] = 1.5F;
            cell.before[1] = 0.0F;
            cell.forward(*set);
            CHECK(cell.gates[0] == 0.5F);
            CHECK(cell.gates[32] == 0.0F);
            CHECK(cell.states[0] == 0.75F);
            CHECK(cell.hidden[0] == doctest::Approx(0.5 * std::tanh(0.75)).epsilon(1e-6));
            CHECK(cell.states[1] == 0.0F);  // padded units stay zero
            CHECK(cell.hidden[1] == 0.0F);
        }
    }

    TEST_CASE("sigmoid and tanh are within 3 units of the last place") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            CHECK(largest_error(*set, 0, 80, exact_sigmoid) < 3);
            CHECK(largest_error(*set, 2, 30, [](double x) { return std::tanh(x); }) < 3);
        }
    }

    TEST_CASE("saturated gates are exact and what is not a number shows") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Cell cell{1, 1};
            const float infinity = std::numeric_limits<float>::infinity();
            cell.gates[0] = 1e30F;
            cell.gates[1] = -1e30F;
            cell.gates[2] = infinity;
            cell.gates[32] = 1e30F;
            cell.gates[33] = -infinity;
            cell.gates[35] = cell.gates[3] = std::numeric_limits<float>::quiet_NaN();
            cell.forward(*set);
            CHECK(cell.gates[0] == 1.0F);
            CHECK(cell.gates[1] < 1e-37F);
            CHECK(cell.gates[2] == 1.0F);
            CHECK(cell.gates[32] == 1.0F);
            CHECK(cell.gates[33] == -1.0F);
            CHECK(std::isnan(cell.gates[3]));
            CHECK(std::isnan(cell.gates[35]));
            CHECK(std::isnan(cell.hidden[3]));
        }
    }

    TEST_CASE("gradients of a step are those of the equations") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            check_gradients(*set, CellKind::lstm, [](const UnitStep& s, double& di, double& df) {
                di = s.dc * s.g;
                df = s.dc * s.c_before;
                return s.i;
            });
        }
    }

    TEST_CASE("a coupled input gate is what the forget gate leaves") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            check_gradients(*set, CellKind::cifg, [](const UnitStep& s, double&, double& df) {
                df = s.dc * (s.c_before - s.g);
                return 1 - s.f;
            });
        }
    }

    TEST_CASE("a capped input gate is at most what the forget gate leaves") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            check_gradients(*set, CellKind::capped_lstm,
                            [](const UnitStep& s, double& di, double& df) {
                                const bool free = s.i < 1 - s.f;
                                di = free ? s.dc * s.g : 0;
                                df = s.dc * (free ? s.c_before : s.c_before - s.g);
                                return std::min(s.i, 1 - s.f);
                            });
        }
    }

    TEST_CASE("the logarithm of a sigmoid is exact where the sigmoid itself is too small") {
        // The stabiliser of a cell that has a memory: m = max(log s(f) + m(t-1), i).
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Cell cell{1, 1, CellKind::slstm};
            std::fill(cell.before.begin(), cell.before.begin() + 48, 0.0F);
            std::fill(cell.before.begin() + 16, cell.before.begin() + 32, 1.0F);
            double worst = 0;
            for (int i = 0; i < 200000; i += 16) {
                std::fill(cell.gates.begin(), cell.gates.end(), -1e30F);
                for (int j = 0; j < 16; ++j) {
                    const double u = (i + j) / 100000.0 - 1;
                    cell.gates[16 + static_cast<std::size_t>(j)] =
                        static_cast<float>(80 * u * u * u);
                }
                const Cell before = cell;
                cell.forward(*set);
                for (std::size_t j = 0; j < 16; ++j) {
                    const double x = before.gates[16 + j];
                    worst = std::max(worst,
                                     ulps(cell.states[32 + j],
                                          std::min(x, 0.0) - std::log1p(std::exp(-std::abs(x)))));
                }
            }
            CHECK(worst < 4);
        }
    }

    TEST_CASE("every instruction set gives the same bits, and margins stay as they were") {
        const auto sets = instruction_sets();
        for (int kind = 0; kind < 3 * k_cell_count; ++kind) {
            const auto cell_kind = static_cast<CellKind>(kind / 3);
            CAPTURE(k_cell_words[static_cast<std::size_t>(cell_kind)]);
            const std::int64_t blocks = kind % 3 + 1;
            for (std::int64_t rows = 1; rows <= 5; ++rows) {
                Cell first{rows, blocks, cell_kind};
                const Cell untouched = first;
                first.mix(*sets.front());
                first.forward(*sets.front());
                const Cell halfway = first;
                first.backward(*sets.front());
                first.mix_backward(*sets.front());
                const auto check_margins = [&](const Floats& now, const Floats& then,
                                               std::ptrdiff_t row, std::int64_t used) {
                    for (std::int64_t r = 0; r < rows; ++r) {
                        for (std::int64_t margin = used; margin < row; ++margin) {
                            const auto at = static_cast<std::size_t>(r * row + margin);
                            REQUIRE(now[at] == then[at]);
                        }
                    }
                };
                const auto& shape = first.shape;
                check_margins(first.gates, untouched.gates, first.gates_row,
                              blocks * shape.gates * 16);
                check_margins(first.states, untouched.states, first.states_row,
                              blocks * shape.states * 16);
                check_margins(first.grad_states, untouched.grad_states, first.states_row,
                              blocks * shape.states * 16);
                check_margins(first.grad_depth, untouched.grad_depth, first.states_row,
                              blocks * shape.states * 16);
                check_margins(first.output, untouched.output, first.hidden_row, blocks * 16);
                check_margins(first.hidden, untouched.hidden, first.hidden_row, blocks * 16);
                check_margins(first.mixed, untouched.mixed, first.hidden_row, blocks * 16);
                check_margins(first.grad_before, untouched.grad_before, first.hidden_row,
                              blocks * 16);
                for (const auto* set : sets) {
                    CAPTURE(set->name);
                    Cell cell{rows, blocks, cell_kind};
                    cell.mix(*set);
                    REQUIRE(bits(cell.mixed) == bits(halfway.mixed));
                    cell.forward(*set);
                    REQUIRE(bits(cell.gates) == bits(halfway.gates));
                    REQUIRE(bits(cell.states) == bits(halfway.states));
                    REQUIRE(bits(cell.hidden) == bits(halfway.hidden));
                    REQUIRE(bits(cell.output) == bits(halfway.output));
                    cell.backward(*set);
                    cell.mix_backward(*set);
                    REQUIRE(bits(cell.gates) == bits(first.gates));
                    REQUIRE(bits(cell.grad_states) == bits(first.grad_states));
                    REQUIRE(bits(cell.grad_before) == bits(first.grad_before));
                    REQUIRE(bits(cell.grad_depth) == bits(first.grad_depth));
                    REQUIRE(bits(cell.grad_diagonal) == bits(first.grad_diagonal));
                }
            }
        }
    }
}
