#pragma once

#include "cpu/cell_steps.hpp"
#include "cpu/layer_normalization.hpp"
#include "cpu/stage.hpp"

namespace carousel {

/// The steps of a cell that normalizes: gates = γ N(W x) + γ' N(U h(t-1)) + b, v = the mixture of
/// these, normalized gates = γ'' N(v) + b, then the cell's arithmetic. A mean waits for all units,
/// so members of a team share streams and never meet.
class NormalizedSteps : public Stage {
public:
    NormalizedSteps(const LayerContext& context, LayerNormalization& normalization);

    /// Where W x of the window waits for the steps; layer 0 has a table instead.
    NormalizedSums& input_sums() { return input_; }

    void forward_step(std::int64_t t, const Member& member) override;

    void backward_after(ThreadPool& pool, ActivationGradients& gradients, float* all) override;
    void backward_step(std::int64_t t, const Member& member,
                       ActivationGradients& gradients) override;
    void backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    Activations* activations_;
    LayerNormalization* normalization_;
    WeightMatrix* weight_;  // U
    const StoredParameter* bias_;
    bool has_input_sums_, truncated_;
    NormalizedSums input_, recurrent_, mixed_;  // (T, B)
    CellSteps cell_;
};

}  // namespace carousel
