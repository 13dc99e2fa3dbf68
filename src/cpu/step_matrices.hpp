#pragma once

#include <cstdint>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/dropout.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layer_window.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// Panels of a weight → panels of its transpose, on the whole team. `out` has padded(depth) * 16
/// panels floats.
void transpose(ThreadPool& pool, const float* weight, std::int64_t depth, std::int64_t panels,
               Buffer& out);

/// The matrices that every step of a layer multiplies with, U and V, as training needs them: what
/// weight-drop leaves of them, and its transposes (Merity, Keskar & Socher 2018, section 2).
class StepMatrices {
public:
    /// Of layer `layer_index`; with `drops` there are masks.
    StepMatrices(const LanguageModel& model, std::int64_t layer_index, bool drops);

    /// Draws the masks of a window.
    void draw_masks(ThreadPool& pool, float rate, std::uint64_t seed, std::uint64_t number);

    /// Takes over the model's weights of now.
    void prepare(ThreadPool& pool);

    RecurrentWeights weights() const { return gathered(false); }
    RecurrentWeights transposed() const { return gathered(true); }

    /// Multiplies the gradients of the weights by the masks, and by zero where there is no weight.
    void mask_gradients(ThreadPool& pool, float* gradients) const;

private:
    struct Matrix {
        Matrix(const Parameter& p, std::uint32_t number, bool drops);
        Parameter parameter;
        std::uint32_t stream;  // of random numbers
        Buffer mask, dropped;  // as the weights; empty without weight-drop
        Buffer transposed;
    };
    RecurrentWeights gathered(bool transposed) const;
    const float* values(const Matrix& matrix) const;

    const LanguageModel* model_;
    std::int64_t layer_index_;
    std::vector<Matrix> matrices_;  // U, V: those that the cell has
};

}  // namespace carousel
