#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/token_id.hpp"
#include "model/tensor.hpp"

namespace carousel {

using Matrix = xt::xtensor<double, 2>;

class Tape;

/// A matrix of double and how it came about: equations written with these are their own gradients.
/// Copies stand for the same matrix. One row, or one column, goes with all rows or columns of the
/// other operand.
class Value {
public:
    Value() = default;  ///< no matrix: one that a cell does not have
    explicit operator bool() const { return entry_ != nullptr; }
    const Matrix& matrix() const { return entry_->matrix; }
    /// The derivative by this matrix of what `Tape::backward` was called with.
    const Matrix& gradient() const { return entry_->gradient; }
    Tape& tape() const { return *tape_; }

private:
    friend class Tape;
    struct Entry {
        Matrix matrix, gradient;
        std::function<void(const Matrix& gradient)> backward;
    };
    Value(Tape& tape, Entry& entry) : tape_(&tape), entry_(&entry) {}

    Tape* tape_ = nullptr;
    Entry* entry_ = nullptr;
};

/// Reverse-mode differentiation (Linnainmaa 1970): every operation writes down what it computed and
/// how a gradient passes through it; read from the end, the notes are the chain rule.
class Tape {
public:
    using Entry = Value::Entry;

    /// Gradients end here: a parameter, or a constant.
    Value leaf(Matrix matrix) { return record(std::move(matrix), nullptr); }

    /// The result of an operation; `backward` passes a gradient on with `add_gradient`.
    Value record(Matrix matrix, std::function<void(const Matrix& gradient)> backward);
    static void add_gradient(const Value& value, const Matrix& gradient);

    /// Once for a tape. Shapes: loss (1, 1).
    void backward(const Value& loss);

private:
    std::deque<Entry> entries_;  // stay where they are while more are added
};

/// Element by element.
Value operator+(const Value& a, const Value& b);
Value operator-(const Value& a, const Value& b);
Value operator*(const Value& a, const Value& b);
Value operator/(const Value& a, const Value& b);
Value operator+(const Value& a, double b);
Value operator-(const Value& a, double b);
Value operator-(double a, const Value& b);
Value operator*(double a, const Value& b);
Value sigmoid(const Value& a);
Value tanh(const Value& a);
Value exp(const Value& a);
Value log(const Value& a);
Value square_root(const Value& a);

/// The mean of each row. Shapes: (B, N) → (B, 1).
Value row_mean(const Value& a);

/// Constants: 1 where it is so, else 0.
Value equal(const Value& a, const Value& b);
Value equal(const Value& a, double b);
Value at_least(const Value& a, double b);

/// a where the condition is 1, b where it is 0.
Value choose(const Value& condition, const Value& a, const Value& b);

/// Where both are equal, a.
Value minimum(const Value& a, const Value& b);
Value maximum(const Value& a, const Value& b);

/// The same matrix, counted as a constant.
Value constant(const Value& a);

/// W x for each row x. Shapes: (N, K), (B, K) → (B, N).
Value product(const Value& w, const Value& x);

/// Of each row, where `wide` has N vectors side by side: the dot product of a with each of
/// them, and their sum weighted by p. Shapes: (B, K), (B, N K) → (B, N); (B, N), (B, N K) → (B, K).
Value dots(const Value& a, const Value& wide);
Value weighted_sum(const Value& p, const Value& wide);

/// Columns [first, first + count), and matrices side by side.
Value columns(const Value& a, std::size_t first, std::size_t count);
Value side_by_side(const std::vector<Value>& parts);

/// The rows that the ids name, one below the other.
Value rows(const Value& a, std::span<const TokenId> ids);

/// The sum over rows of -log softmax(logits)[target]. Shapes: (B, V), B → (1, 1).
Value cross_entropy(const Value& logits, std::span<const TokenId> targets);

/// The columns in `count` equal parts.
template <std::size_t count>
std::array<Value, count> split(const Value& a) {
    const auto width = a.matrix().shape(1) / count;
    std::array<Value, count> parts;
    for (std::size_t i = 0; i < count; ++i) parts[i] = columns(a, i * width, width);
    return parts;
}

}  // namespace carousel
