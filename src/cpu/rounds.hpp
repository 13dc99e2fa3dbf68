#pragma once

#include <cstdint>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/stage.hpp"
#include "cpu/weight_matrix.hpp"

namespace carousel {

/// The rounds of a layer whose cell has them (`CellShape::rounds`). In round r, from 1 on,
///
///     x = 2 sigmoid(Up_r Down_r h) x    for odd r,
///     h = 2 sigmoid(Up_r Down_r x) h    for even r,
///
/// where x was the input and h was h(t-1), each the newest; the gates read what comes out.
///
/// Training keeps the rounds of every step for backward, reading those of the newest.
/// Source: Melis, Kočiský & Blunsom 2020, section 2.
class Rounds {
public:
    /// The two vectors of a step that scale each other.
    enum Side : std::uint8_t { input_side, hidden_side };
    struct Vectors {
        float* values;
        std::ptrdiff_t row;
    };

    explicit Rounds(const LayerContext& context);

    void prepare(ThreadPool& pool);

    /// The rounds of step t for some streams.
    void forward(std::int64_t t, const Range& streams);
    /// What came out of them: rows of the input or of h(t-1).
    const float* result(Side side, std::int64_t t, std::int64_t b) const;
    std::int64_t size(Side side) const { return side == input_side ? input_size_ : hidden_size_; }
    std::ptrdiff_t row_length(Side side) const {
        return side == input_side ? input_row_ : hidden_row_;
    }

    /// Turns the gradients of what came out, for some streams, into those of what went in.
    void backward(std::int64_t t, const Range& streams, const Vectors& grad_input,
                  const Vectors& grad_hidden);

    /// After all steps the gradients of the rounds' matrices, over the whole window.
    void sum_gradients(ThreadPool& pool, float* gradients) const;

private:
    struct Round {
        Side scaled;  // the other one is read
        WeightMatrix down, up;
        Buffer gate, out;      // rows of the scaled side: 2 sigmoid; the side after the round
        Buffer low, grad_low;  // rows of K: Down times what is read, and its gradient

        Side read() const { return scaled == input_side ? hidden_side : input_side; }
    };

    std::int64_t row_of(std::int64_t t, std::int64_t b) const {
        return t % slots_ * activations_->streams() + b;
    }
    const float* before(Side side, std::size_t round, std::int64_t t, std::int64_t b) const;

    const Activations* activations_;
    std::int64_t slots_;  // steps that are kept
    std::int64_t input_size_, hidden_size_;
    std::ptrdiff_t input_row_, hidden_row_, low_row_;
    std::vector<Round> rounds_;
};

}  // namespace carousel
