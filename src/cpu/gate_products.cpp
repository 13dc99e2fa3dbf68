#include "cpu/gate_products.hpp"

#include <algorithm>

namespace carousel {

void multiply_inputs(ThreadPool& pool, const Rows& inputs, WeightMatrix& weight, const float* bias,
                     const GateColumns& gates) {
    weight.multiply(pool, {.in = inputs.values,
                           .in_row = inputs.row,
                           .out = gates.first(),
                           .out_row = gates.rows.row,
                           .rows = inputs.count,
                           .start = bias != nullptr ? bias + gates.range.first * k_panel : nullptr,
                           .group = gates.group(),
                           .group_step = gates.block()});
}

void start_unfed_gates(const GateColumns& fed, std::int64_t count, Range blocks,
                       const float* bias) {
    const auto& [rows, range] = fed;
    if (range.count == rows.gates) return;
    for (std::int64_t r = 0; r < count; ++r) {
        for (std::int64_t gate = 0; gate < rows.gates; ++gate) {
            if (gate >= range.first && gate < range.first + range.count) continue;
            for (auto u = blocks.begin; u < blocks.end; ++u) {
                const auto at = u * fed.block() + gate * k_panel;
                std::copy_n(bias + at, k_panel, rows.values + r * rows.row + at);
            }
        }
    }
}

void return_to_inputs(ThreadPool& pool, const GateColumns& grad_gates, const WeightMatrix& weight,
                      float* grad_inputs, const Rows& inputs) {
    weight.multiply_transposed(pool, {.in = grad_gates.first(),
                                      .in_row = grad_gates.rows.row,
                                      .out = grad_inputs,
                                      .out_row = inputs.row,
                                      .rows = inputs.count,
                                      .group = grad_gates.group(),
                                      .group_step = grad_gates.block()});
}

void feed_gates(const Rows& vectors, WeightMatrix& weight, const GateColumns& gates, Range blocks,
                Into into) {
    const auto count = gates.range.count;
    weight.multiply({.in = vectors.values,
                     .in_row = vectors.row,
                     .out = gates.first() + blocks.begin * gates.block(),
                     .out_row = gates.rows.row,
                     .rows = vectors.count,
                     .accumulate = into == Into::sum,
                     .group = gates.group(),
                     .group_step = gates.block()},
                    {blocks.begin * count, blocks.end * count});
}

void return_to_vectors(const GateColumns& grad_gates, const WeightMatrix& weight,
                       const GradRows& grad_vectors, Range blocks, Into into) {
    weight.multiply_transposed({.in = grad_gates.first(),
                                .in_row = grad_gates.rows.row,
                                .out = grad_vectors.values + blocks.begin * k_panel,
                                .out_row = grad_vectors.row,
                                .rows = grad_vectors.count,
                                .accumulate = into == Into::sum,
                                .group = grad_gates.group(),
                                .group_step = grad_gates.block()},
                               blocks);
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
