#include "cpu/gate_products.hpp"

#include <algorithm>

namespace carousel {

void multiply_inputs(ThreadPool& pool, const Rows& inputs, const float* weight, const float* bias,
                     const GateColumns& gates) {
    const GateRows& rows = gates.rows;
    const GateRange& range = gates.range;
    multiply(pool, {.a = inputs.values,
                    .a_row = inputs.row,
                    .a_depth = 1,
                    .w = weight,
                    .w_panel = inputs.size * k_panel,
                    .c = gates.first(),
                    .c_row = rows.row,
                    .c_panel = k_panel,
                    .rows = inputs.count,
                    .panels = gates.count(),
                    .depth = inputs.size,
                    .start = bias != nullptr ? bias + range.first * k_panel : nullptr,
                    .c_group = gates.group(),
                    .c_group_step = gates.block()});
    if (range.count == rows.gates) return;
    pool.run([&](int member) {
        const auto [begin, end] = split_evenly(inputs.count, pool.size(), member);
        for (auto r = begin; r < end; ++r) {
            for (std::int64_t gate = 0; gate < rows.gates; ++gate) {
                if (gate >= range.first && gate < range.first + range.count) continue;
                for (auto at = gate * k_panel; at < rows.blocks * gates.block();
                     at += gates.block())
                    std::copy_n(bias + at, k_panel, rows.values + r * rows.row + at);
            }
        }
    });
}

void return_to_inputs(ThreadPool& pool, const GateColumns& grad_gates, const float* transposed,
                      float* grad_inputs, const Rows& inputs) {
    const auto depth = grad_gates.count() * k_panel;
    multiply(pool, {.a = grad_gates.first(),
                    .a_row = grad_gates.rows.row,
                    .a_depth = 1,
                    .w = transposed,
                    .w_panel = depth * k_panel,
                    .c = grad_inputs,
                    .c_row = inputs.row,
                    .c_panel = k_panel,
                    .rows = inputs.count,
                    .panels = panels_for(inputs.size),
                    .depth = depth,
                    .a_group = grad_gates.group() * k_panel,
                    .a_group_step = grad_gates.block()});
}

WeightGradient gate_gradient(const GateColumns& grad_gates, std::int64_t count, float* bias) {
    return {.grad_outputs = grad_gates.first(),
            .grad_row = grad_gates.rows.row,
            .rows = count,
            .panels = grad_gates.count(),
            .targets = {},
            .bias = bias != nullptr ? bias + grad_gates.range.first * k_panel : nullptr,
            .group = grad_gates.group(),
            .group_step = grad_gates.block()};
}

}  // namespace carousel
