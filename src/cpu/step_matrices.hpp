#pragma once

#include <cstdint>
#include <optional>

#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "cpu/weight_matrix.hpp"

namespace carousel {

/// A matrix that every step multiplies with, and in training what weight-drop leaves of it (Merity,
/// Keskar & Socher 2018, section 2).
class StepMatrix {
public:
    /// `stream` names its random draws; `drops`: there will be masks.
    StepMatrix(const LanguageModel& model, const StoredParameter& weight, std::uint32_t stream,
               ModelUse use, bool drops);

    WeightMatrix& weights() { return weights_; }

    /// Draws the mask of a window.
    void draw_mask(ThreadPool& pool, float rate, std::uint64_t seed, std::uint64_t number);
    /// Takes over the model's weights of now, as the mask leaves them.
    void prepare(ThreadPool& pool);
    /// Multiplies the gradient by the mask, and by zero where there is no weight.
    void mask_gradient(ThreadPool& pool, float* gradients) const;

private:
    const LanguageModel* model_;
    StoredParameter parameter_;
    std::uint32_t stream_;
    WeightMatrix weights_;
    Buffer mask_, dropped_;  // as the weights; empty without weight-drop
};

/// Those of a layer: U, and V of cells with mixed gates; each if the cell has it.
struct StepMatrices {
    StepMatrices(const LanguageModel& model, std::int64_t layer, ModelUse use, bool drops);

    std::optional<StepMatrix> recurrent, mixed;

    template <typename Visit>
    void for_each(Visit visit) {
        for (auto* matrix : {&recurrent, &mixed}) {
            if (*matrix) visit(**matrix);
        }
    }
};

}  // namespace carousel
