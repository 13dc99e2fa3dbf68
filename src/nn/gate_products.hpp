#pragma once

#include <cstdint>

#include "base/thread_pool.hpp"
#include "kernels/kernels.hpp"
#include "tensor/matmul.hpp"

// The products between a layer's inputs and its gates over a whole window, which wait for no step.
// Gates are rows of `row` floats, in blocks of units; a weight's panels stand in the same order,
// but only for the gates of its range.

namespace carousel {

/// Vectors side by side in memory: `count` rows of `size` numbers.
struct Rows {
    const float* values;
    std::ptrdiff_t row;
    std::int64_t size, count;
};
struct GateRows {
    float* values;
    std::ptrdiff_t row;
    std::int64_t blocks;  ///< of units
};

/// gates = W x + b for the cell's input range, and b for its other gates. Where all gates read the
/// input, the bias may be null: zero.
void multiply_inputs(ThreadPool& pool, const CellShape& cell, const Rows& inputs,
                     const float* weight, const float* bias, const GateRows& gates);

/// grad_inputs (rows as `inputs`) = W transposed times the gradients of the input range.
void return_to_inputs(ThreadPool& pool, const CellShape& cell, const GateRows& grad_gates,
                      const float* transposed, float* grad_inputs, const Rows& inputs);

/// What `weight_gradient` needs for weights that feed the gates of `range`, but for its targets.
/// `bias`, of all gates, receives the sums of the range's; or null.
WeightGradient gate_gradient(const CellShape& cell, const GateRange& range,
                             const GateRows& grad_gates, std::int64_t count, float* bias);

}  // namespace carousel
