#pragma once

#include <cstdint>
#include <span>

#include "base/task.hpp"
#include "cpu/buffer.hpp"
#include "cpu/thread_pool.hpp"
#include "kernels/kernels.hpp"
#include "model/quantization.hpp"

namespace carousel {

/// A product's part for one member of a team: some of its rows, some of its columns.
struct ProductPart {
    Range rows, columns;
};

/// Cuts a product for the whole team, by rows when there are many, else by columns, and calls
/// `work` for each part.
void share_product(ThreadPool& pool, std::int64_t rows, std::int64_t columns,
                   Task<const ProductPart&> work);

/// One factor of a weight gradient: inputs (R, I), row-major with leading dimension `row`, and
/// where the gradient of their weights goes, as panels (N/16, I, 16).
struct GradientTarget {
    const float* inputs;
    std::ptrdiff_t row;
    std::int64_t size;  ///< I
    float* gradient;
    Precision precision = Precision::float32;  ///< of the product's factors; or bf16
};

/// Weight gradients of a linear map whose outputs have the gradients `grad_outputs` (R, N): for
/// each target gradient(p, i, j) = sum over r of inputs(r, i) grad_outputs(r, 16 p + j), and, when
/// `bias` is given, bias(n) = sum over r of grad_outputs(r, n). With `accumulate` the sums are
/// added to what is there. Inputs shared by one gradient are given together, since its rows are
/// then packed once; they have one precision.
/// The outputs' panels may lie in groups, `group` panels every `group_step` floats (0: side by
/// side), and `bias` lies as a row of them.
struct WeightGradient {
    const float* grad_outputs;
    std::ptrdiff_t grad_row;
    std::int64_t rows, panels;
    std::span<const GradientTarget> targets;
    float* bias = nullptr;
    bool accumulate = false;
    std::int64_t group = 0;
    std::ptrdiff_t group_step = 0;
};
void weight_gradient(ThreadPool& pool, const WeightGradient& g);

}  // namespace carousel
