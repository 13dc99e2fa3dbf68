#pragma once

#include <cstdint>

#include "cpu/buffer.hpp"
#include "cpu/matrix_rows.hpp"
#include "cpu/thread_pool.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

/// Rows of numbers in bf16 on their way into a product, as pairs along the depth. Each thread has
/// one, which every matrix that it multiplies uses in turn.
class Bf16Rows {
public:
    /// Rounds `count` rows of `depth` numbers, which lie in groups as `MatrixRows` have them on the
    /// side of N, or side by side.
    struct Source {
        const float* values;
        std::ptrdiff_t row;
        std::int64_t count, depth;
        std::int64_t group = 0;
        std::ptrdiff_t group_step = 0;
    };
    void take(const Source& source);

    const Bf16Pair* data() const { return pairs_.data(); }
    std::ptrdiff_t row() const { return row_; }

private:
    PairBuffer pairs_;
    std::ptrdiff_t row_ = 0;
};

/// A matrix of a model in bf16, packed for `KernelTable::pair_product`: products with single
/// precision in everything but their factors, as Kalamkar et al. 2019 ("A study of BFLOAT16 for
/// deep learning training") train with.
class Bf16Matrix {
public:
    /// Room for so many panels of so many numbers each.
    Bf16Matrix(std::int64_t panels, std::int64_t depth);

    /// Takes over some panels of the weights of now: W(p, k, j), as stored; or their transpose, of
    /// which these are panels, from the stored W of padded(depth) rows.
    void pack(const float* weights, Range panels);
    void pack_transposed(const float* weights, std::int64_t weights_depth, Range panels);

    /// As `WeightMatrix::multiply` and `multiply_transposed`, on the caller's thread: rounds the
    /// rows, then multiplies them. Law: what a row becomes does not depend on the others.
    enum class Grouped : std::uint8_t { in, out };
    void multiply(const MatrixRows& rows, Range panels, Grouped side) const;

private:
    std::int64_t depth_, pairs_;  // of the depth
    PairBuffer values_;
};

}  // namespace carousel
