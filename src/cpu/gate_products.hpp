#pragma once

#include <cstdint>

#include "cpu/matmul.hpp"
#include "cpu/thread_pool.hpp"
#include "kernels/kernels.hpp"

// The products between a layer's inputs and its gates over a whole window, which wait for no step.
// Gates are rows of `row` floats, in blocks of units, each with the gates of its units; a weight's
// panels stand in the same order, but only for the gates of its range.

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
    std::int64_t gates;   ///< of a unit

    GateRows from(std::int64_t first) const { return {values + first * row, row, blocks, gates}; }
};

/// Those gates of rows that one weight matrix feeds.
struct GateColumns {
    GateRows rows;
    GateRange range;

    float* first() const { return rows.values + range.first * k_panel; }
    std::int64_t count() const { return rows.blocks * range.count; }
    /// From a block of units to the next one, in floats.
    std::ptrdiff_t block() const { return rows.gates * k_panel; }
    /// The size of the groups that they form among all gates; 0 where they are all.
    std::int64_t group() const { return range.count == rows.gates ? 0 : range.count; }
};

/// gates = W x + b, and b for the gates of the rows that W does not feed. Where it feeds all, the
/// bias may be null: zero.
void multiply_inputs(ThreadPool& pool, const Rows& inputs, const float* weight, const float* bias,
                     const GateColumns& gates);

/// grad_inputs (rows as `inputs`) = W transposed times the gradients of the gates that it feeds.
void return_to_inputs(ThreadPool& pool, const GateColumns& grad_gates, const float* transposed,
                      float* grad_inputs, const Rows& inputs);

/// What `weight_gradient` needs for weights that feed these gates of `count` rows, but for its
/// targets. `bias`, of all gates, receives the sums of these; or null.
WeightGradient gate_gradient(const GateColumns& grad_gates, std::int64_t count, float* bias);

}  // namespace carousel
