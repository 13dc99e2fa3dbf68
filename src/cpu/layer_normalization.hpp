#pragma once

#include <cstdint>

#include "cpu/gate_products.hpp"
#include "cpu/thread_pool.hpp"
#include "kernels/kernels.hpp"

// Between products and gates of cells that normalize (`is_normalized`): W x, U h(t-1) and the mixed
// vector v lie in rows of their own, and γ N of them enters the gates.

namespace carousel {

/// Rows that hold sums, then N of them, then, in backward, the gradients of the sums.
struct NormalizedRows {
    float* values = nullptr;
    std::ptrdiff_t row = 0;
    float* scales = nullptr;  ///< one a row: what the sums were multiplied with

    NormalizedRows from(std::int64_t first) const {
        return values == nullptr ? *this
                                 : NormalizedRows{values + first * row, row, scales + first};
    }
};

/// Those of a layer over a window, (T, B) each. Without values: `input` where a table of symbols
/// takes its place, all of them in cells that do not normalize.
struct NormalizedWindow {
    NormalizedRows input, recurrent, mixed;
};

/// Floats of a row that holds the sums for the gates of `range`.
std::ptrdiff_t sums_row_length(const GateRange& range, std::int64_t hidden_size);

/// What a product with W or U writes to, or its transpose reads from: the gates of `range` or, in
/// cells that normalize, the sums for them, in blocks of units like gates.
GateColumns product_columns(const CellShape& cell, const GateRange& range, const GateRows& gates,
                            const NormalizedRows& sums);

/// Which of a step's sums.
enum class NormalizedSum : std::uint8_t { input, recurrent, mixed };

/// Gradients of the gains: `count` rows to add to, whose sum is the gradient.
struct GainGradients {
    float* values = nullptr;
    std::ptrdiff_t row = 0;
    std::int64_t count = 0;

    GainGradients from(std::int64_t first) const {
        return {values + first * row, row, count - first};
    }
};

/// The gains and biases of a layer at work.
class LayerNormalization {
public:
    LayerNormalization(const CellShape& cell, std::int64_t hidden_size, const float* gain,
                       const float* bias);

    /// gates = γ N(sums) + b; of the recurrent sums, gates += γ N(sums).
    void forward(NormalizedSum which, const NormalizedRows& sums, const GateRows& gates,
                 std::int64_t count) const;

    /// Turns N(sums) into the gradients of the sums. Row r adds to row r of the gains' gradients.
    void backward(NormalizedSum which, const NormalizedRows& sums, const GateRows& grad_gates,
                  std::int64_t count, const GainGradients& gradients) const;

    /// `forward` and `backward` of the input's sums for the `count` rows of a table, on the whole
    /// team. Law: bits depend on the number of rows of `gradients`, not on that of threads.
    void forward_table(ThreadPool& pool, const NormalizedRows& sums, const GateRows& gates,
                       std::int64_t count) const;
    void backward_table(ThreadPool& pool, const NormalizedRows& sums, const GateRows& grad_gates,
                        std::int64_t count, const GainGradients& gradients) const;

private:
    struct Place {
        GateRange gates;
        std::int64_t first_gain;
    };
    Place place_of(NormalizedSum which) const;

    CellShape cell_;
    std::int64_t hidden_size_;
    const float *gain_, *bias_;
};

}  // namespace carousel
