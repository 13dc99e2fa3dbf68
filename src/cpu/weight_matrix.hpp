#pragma once

#include <cstdint>
#include <optional>

#include "cpu/bf16_matrix.hpp"
#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/matmul.hpp"
#include "cpu/matrix_rows.hpp"
#include "cpu/quantized_matrix.hpp"
#include "cpu/thread_pool.hpp"
#include "model/quantization.hpp"

namespace carousel {

/// What a model's weights are used for: to learn, or only to be read, and how matrices multiply; in
/// 8 bits the large ones alone, and not to learn.
struct ModelUse {
    bool trains = false;
    Precision precision = Precision::float32;

    /// That of the small ones.
    ModelUse without_8_bits() const {
        return {trains, precision == Precision::int8 ? Precision::float32 : precision};
    }
};

/// A matrix of the model at work, stored in panels: in the precision that its use asks for, and, in
/// training, with its transpose. In other precisions than single it reads the rows that it
/// multiplies rounded.
class WeightMatrix {
public:
    /// The model must outlive this.
    WeightMatrix(const LanguageModel& model, const StoredParameter& weight, ModelUse use);

    std::int64_t panels() const { return panels_; }
    std::int64_t depth() const { return depth_; }

    /// Training: takes over the weights of now.
    void prepare(ThreadPool& pool);

    /// Other values in the place of the model's, laid out as these.
    void replace(const float* values) { values_ = values; }

    /// out (R, N) = start + W in, in (R, K): on the caller's thread and for some panels of N, with
    /// the first of which `out` and `start` begin; or on the whole team and for all.
    void multiply(const MatrixRows& rows, Range panels) const;
    void multiply(ThreadPool& pool, const MatrixRows& rows) const;

    /// out (R, K) = W transposed times in (R, N), in the same two ways; `panels` are those of K.
    /// In training only.
    void multiply_transposed(const MatrixRows& rows, Range panels) const;
    void multiply_transposed(ThreadPool& pool, const MatrixRows& rows) const;

    Range all_panels() const { return {0, panels_}; }
    Range all_inputs() const { return {0, panels_for(depth_)}; }

    /// What sums up the gradient of W, from the rows that it read over a window.
    GradientTarget target(const float* inputs, std::ptrdiff_t row, float* gradients) const {
        return {inputs, row, depth_, gradients + offset_, use_.precision};
    }

private:
    PanelProduct product(const MatrixRows& rows, Range panels) const;
    PanelProduct transposed_product(const MatrixRows& rows, Range panels) const;

    const float* values_;
    std::int64_t panels_, depth_, offset_;
    ModelUse use_;
    Buffer transposed_;  // panels of K
    std::optional<Bf16Matrix> bf16_, bf16_transposed_;
    std::optional<QuantizedMatrix> quantized_;
};

}  // namespace carousel
