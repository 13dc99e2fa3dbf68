#include "nn/gate_products.hpp"

#include <algorithm>

namespace carousel {

namespace {

bool has_all(const CellShape& cell, const GateRange& range) {
    return range.count == cell.gates;
}

/// Calls visit(gate) for the gates outside of a range.
template <typename Visit>
void for_other_gates(const CellShape& cell, const GateRange& range, Visit visit) {
    for (std::int64_t g = 0; g < cell.gates; ++g) {
        if (g < range.first || g >= range.first + range.count) visit(g);
    }
}

}  // namespace

void multiply_inputs(ThreadPool& pool, const CellShape& cell, const Rows& inputs,
                     const float* weight, const float* bias, const GateRows& gates) {
    const auto block = cell.gates * k_panel, first = cell.input.first * k_panel;
    multiply(pool, {.a = inputs.values,
                    .a_row = inputs.row,
                    .a_depth = 1,
                    .w = weight,
                    .w_panel = inputs.size * k_panel,
                    .c = gates.values + first,
                    .c_row = gates.row,
                    .c_panel = k_panel,
                    .rows = inputs.count,
                    .panels = gates.blocks * cell.input.count,
                    .depth = inputs.size,
                    .start = bias != nullptr ? bias + first : nullptr,
                    .c_group = group_of(cell, cell.input),
                    .c_group_step = block});
    if (has_all(cell, cell.input)) return;
    pool.run([&](int member) {
        const auto [begin, end] = split_evenly(inputs.count, pool.size(), member);
        for (auto r = begin; r < end; ++r) {
            for_other_gates(cell, cell.input, [&](std::int64_t gate) {
                for (auto at = gate * k_panel; at < gates.blocks * block; at += block)
                    std::copy_n(bias + at, k_panel, gates.values + r * gates.row + at);
            });
        }
    });
}

void return_to_inputs(ThreadPool& pool, const CellShape& cell, const GateRows& grad_gates,
                      const float* transposed, float* grad_inputs, const Rows& inputs) {
    const auto depth = grad_gates.blocks * cell.input.count * k_panel;
    multiply(pool, {.a = grad_gates.values + cell.input.first * k_panel,
                    .a_row = grad_gates.row,
                    .a_depth = 1,
                    .w = transposed,
                    .w_panel = depth * k_panel,
                    .c = grad_inputs,
                    .c_row = inputs.row,
                    .c_panel = k_panel,
                    .rows = inputs.count,
                    .panels = panels_for(inputs.size),
                    .depth = depth,
                    .a_group = group_of(cell, cell.input) * k_panel,
                    .a_group_step = cell.gates * k_panel});
}

WeightGradient gate_gradient(const CellShape& cell, const GateRange& range,
                             const GateRows& grad_gates, std::int64_t count, float* bias) {
    return {.grad_outputs = grad_gates.values + range.first * k_panel,
            .grad_row = grad_gates.row,
            .rows = count,
            .panels = grad_gates.blocks * range.count,
            .targets = {},
            .bias = bias != nullptr ? bias + range.first * k_panel : nullptr,
            .group = group_of(cell, range),
            .group_step = cell.gates * k_panel};
}

}  // namespace carousel
