#pragma once

#include <cstdint>

#include "cpu/matmul.hpp"
#include "cpu/thread_pool.hpp"
#include "cpu/weight_matrix.hpp"
#include "kernels/kernels.hpp"

// The products between vectors and the gates that they feed: of a whole window, on the team, or of
// a step, for one member of it. Gates are rows of `row` floats, in blocks of units, each with the
// gates of its units; a weight's panels stand in the same order, but only for the gates of its
// range.

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

/// Over a window: gates = W x, from `bias` on, which lies as a row of all gates, or from zero.
void multiply_inputs(ThreadPool& pool, const Rows& inputs, WeightMatrix& weight, const float* bias,
                     const GateColumns& gates);

/// gates = bias for those gates of `count` rows, of some blocks of units, that are not in `fed`.
void start_unfed_gates(const GateColumns& fed, std::int64_t count, Range blocks, const float* bias);

/// Over a window: grad_inputs (rows as `inputs`) = W transposed times the gradients of the gates.
void return_to_inputs(ThreadPool& pool, const GateColumns& grad_gates, const WeightMatrix& weight,
                      float* grad_inputs, const Rows& inputs);

/// Whether a product adds to what is there, or takes its place.
enum class Into : std::uint8_t { sum, nothing };

/// In a step: gates (+)= W times vectors, for some blocks of units.
void feed_gates(const Rows& vectors, WeightMatrix& weight, const GateColumns& gates, Range blocks,
                Into into);

/// In a step: grad_vectors (+)= W transposed times the gradients of the gates, for some blocks of
/// the vectors' units.
struct GradRows {
    float* values;
    std::ptrdiff_t row;
    std::int64_t count;
};
void return_to_vectors(const GateColumns& grad_gates, const WeightMatrix& weight,
                       const GradRows& grad_vectors, Range blocks, Into into);

/// What `weight_gradient` needs for weights that feed these gates of `count` rows, but for its
/// targets. `bias`, of all gates, receives the sums of these; or null.
WeightGradient gate_gradient(const GateColumns& grad_gates, std::int64_t count, float* bias);

}  // namespace carousel
