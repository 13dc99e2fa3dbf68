#pragma once

#include "cpu/recurrent_product.hpp"

namespace carousel {

/// The steps of a cell with mixed gates: gates += U h(t-1), v = the mixture of the gates so far,
/// mixed gates += V v, then the cell's arithmetic. A unit hears of others twice in a step.
class MixedSteps : public Stage {
public:
    explicit MixedSteps(const LayerContext& context);

    void forward_step(std::int64_t t, const Member& member) override;

    void backward_after(ThreadPool& pool, ActivationGradients& gradients, float* all) override;
    void backward_step(std::int64_t t, const Member& member,
                       ActivationGradients& gradients) override;
    void backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    float* mixed(std::int64_t t, std::int64_t b) {
        return mixed_.data() + activations_->hidden_offset(t, b);
    }
    GateColumns mixed_gates(std::int64_t t, std::int64_t b) const {
        return {activations_->gate_rows(t, b), activations_->cell().mixed};
    }

    Activations* activations_;
    RecurrentProduct recurrent_;
    WeightMatrix* weight_;  // V
    CellSteps cell_;
    BlockLoop loop_;
    Buffer mixed_;       // (T, B, H), v
    Buffer grad_mixed_;  // (B, H)
};

}  // namespace carousel
