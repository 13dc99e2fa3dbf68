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
    std::ptrdiff_t gates_row = blocks * cell_shape(kind).gates * 16 + 16,
                   state_row = blocks * 16 + 32;
    Floats gates = random_floats(rows * gates_row, 1, 6.0F);
    Floats before = random_floats(rows * state_row, 2, 3.0F);
    Floats cell = random_floats(rows * state_row, 3), hidden = random_floats(rows * state_row, 4);
    Floats grad_hidden = random_floats(rows * state_row, 5),
           grad_cell = random_floats(rows * state_row, 6);

    void forward(const KernelTable& set) {
        set.cell(kind).forward({.gates = gates.data(),
                                .gates_row = gates_row,
                                .cell_before = before.data(),
                                .cell = cell.data(),
                                .cell_row = state_row,
                                .hidden = hidden.data(),
                                .hidden_row = state_row,
                                .rows = rows,
                                .blocks = blocks});
    }
    void backward(const KernelTable& set) {
        set.cell(kind).backward({.gates = gates.data(),
                                 .gates_row = gates_row,
                                 .cell_before = before.data(),
                                 .cell = cell.data(),
                                 .cell_row = state_row,
                                 .grad_hidden = grad_hidden.data(),
                                 .grad_hidden_row = state_row,
                                 .grad_cell = grad_cell.data(),
                                 .grad_cell_row = state_row,
                                 .rows = rows,
                                 .blocks = blocks});
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
            const auto at = static_cast<std::size_t>(r * cell.state_row + u);
            const auto gate = static_cast<std::size_t>(r * cell.gates_row) +
                              static_cast<std::size_t>(u / 16) * width +
                              static_cast<std::size_t>(u % 16);
            const double i = coupled ? 0 : before.gates[gate];
            const double f = before.gates[gate + first], g = before.gates[gate + first + 16],
                         o = before.gates[gate + first + 32];
            const double tanh_c = std::tanh(double{before.cell[at]}), dh = before.grad_hidden[at];
            const double dc = dh * o * (1 - tanh_c * tanh_c) + before.grad_cell[at];
            double di = 0, df = 0;
            const double input = rule({i, f, g, o, before.before[at], dc}, di, df);
            const auto near = [](double x) { return doctest::Approx(x).epsilon(1e-5).scale(0.01); };
            REQUIRE(before.cell[at] == near(f * before.before[at] + input * g));
            REQUIRE(before.hidden[at] == near(o * tanh_c));
            if (!coupled) REQUIRE(cell.gates[gate] == near(di * i * (1 - i)));
            REQUIRE(cell.gates[gate + first] == near(df * f * (1 - f)));
            REQUIRE(cell.gates[gate + first + 16] == near(dc * input * (1 - g * g)));
            REQUIRE(cell.gates[gate + first + 32] == near(dh * tanh_c * o * (1 - o)));
            REQUIRE(cell.grad_cell[at] == near(dc * f));
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
            CHECK(cell.cell[0] == 0.75F);
            CHECK(cell.hidden[0] == doctest::Approx(0.5 * std::tanh(0.75)).epsilon(1e-6));
            CHECK(cell.cell[1] == 0.0F);  // padded units stay zero
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

    TEST_CASE("every instruction set gives the same bits, and margins stay as they were") {
        const auto sets = instruction_sets();
        for (int kind = 0; kind < 3 * k_cell_count; ++kind) {
            const auto cell_kind = static_cast<CellKind>(kind / 3);
            const std::int64_t blocks = kind % 3 + 1;
            for (std::int64_t rows = 1; rows <= 5; ++rows) {
                Cell first{rows, blocks, cell_kind};
                const Cell untouched = first;
                first.forward(*sets.front());
                const Cell halfway = first;
                first.backward(*sets.front());
                for (std::int64_t r = 0; r < rows; ++r) {
                    for (std::int64_t margin = blocks * 16; margin < first.state_row; ++margin) {
                        const auto at = static_cast<std::size_t>(r * first.state_row + margin);
                        REQUIRE(first.cell[at] == untouched.cell[at]);
                        REQUIRE(first.hidden[at] == untouched.hidden[at]);
                        REQUIRE(first.grad_cell[at] == untouched.grad_cell[at]);
                    }
                }
                for (const auto* set : sets) {
                    CAPTURE(set->name);
                    Cell cell{rows, blocks, cell_kind};
                    cell.forward(*set);
                    REQUIRE(bits(cell.gates) == bits(halfway.gates));
                    REQUIRE(bits(cell.cell) == bits(halfway.cell));
                    REQUIRE(bits(cell.hidden) == bits(halfway.hidden));
                    cell.backward(*set);
                    REQUIRE(bits(cell.gates) == bits(first.gates));
                    REQUIRE(bits(cell.grad_cell) == bits(first.grad_cell));
                }
            }
        }
    }
}
