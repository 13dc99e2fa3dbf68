#pragma once

#include <cstdint>

#include "cpu/gate_products.hpp"
#include "cpu/stage.hpp"

namespace carousel {

/// Rows that hold sums, then N of them, then, in backward, the gradients of the sums.
struct NormalizedRows {
    float* values;
    std::ptrdiff_t row;
    float* scales;  ///< one a row: what the sums were multiplied with

    NormalizedRows from(std::int64_t first) const {
        return {values + first * row, row, scales + first};
    }
};

/// Room for the sums that a matrix makes for the gates of a range, in blocks of units like gates.
class NormalizedSums {
public:
    NormalizedSums() = default;
    NormalizedSums(std::int64_t rows, const GateRange& range, std::int64_t hidden_size);

    NormalizedRows rows() { return {values_.data(), row_, scales_.data()}; }
    /// What a product with the matrix writes to, or its transpose reads from, from row `first` on.
    GateColumns columns(std::int64_t first = 0);

private:
    std::int64_t blocks_ = 0, count_ = 0;
    std::ptrdiff_t row_ = 0;
    Buffer values_, scales_;
};

/// Which of a step's sums.
enum class NormalizedSum : std::uint8_t { input, recurrent, mixed };

/// Between products and gates of cells that normalize (`is_normalized`): the sums W x, U h(t-1) and
/// v lie in rows of their own, and γ N of them enters the gates. It is the first stage of its
/// layer, since others use its gains: their gradients are complete when all others have run
/// backward. Source: Ba, Kiros & Hinton 2016.
class LayerNormalization : public Stage {
public:
    explicit LayerNormalization(const LayerContext& context);

    /// gates = γ N(sums) + b; of the recurrent sums, gates += γ N(sums).
    void forward(NormalizedSum which, const NormalizedRows& sums, const GateRows& gates,
                 std::int64_t count) const;

    /// Turns N(sums) into the gradients of the sums; row r is of stream `first_stream` + r.
    void backward(NormalizedSum which, const NormalizedRows& sums, const GateRows& grad_gates,
                  const Range& streams);

    /// `forward` and `backward` of the input's sums for the `count` rows of a table, on the whole
    /// team. Law: bits depend on the number of streams, not on that of threads.
    void forward_table(ThreadPool& pool, const NormalizedRows& sums, const GateRows& gates,
                       std::int64_t count) const;
    void backward_table(ThreadPool& pool, const NormalizedRows& sums, const GateRows& grad_gates,
                        std::int64_t count);

    void backward_after(ThreadPool& pool, ActivationGradients& back, float* gradients) override;
    void backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    struct Place {
        GateRange gates;
        std::int64_t first_gain;
    };
    Place place_of(NormalizedSum which) const;
    /// `backward` of `count` rows, each of which adds to a row of gains or all to the same one.
    void run_backward(NormalizedSum which, const NormalizedRows& sums, const GateRows& grad_gates,
                      std::int64_t count, float* grad_gain, std::ptrdiff_t grad_gain_row) const;

    const Activations* activations_;
    const StoredParameter* gain_;
    const float *gain_values_, *bias_;
    Buffer grad_gain_;  // (B, gains of a unit, H), what each stream adds
};

}  // namespace carousel
