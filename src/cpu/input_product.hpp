#pragma once

#include "cpu/layer_normalization.hpp"
#include "cpu/stage.hpp"

namespace carousel {

/// W x + b of a layer above the first: one product over the whole window, since it waits for no
/// step. It fills the gates, or the sums that are normalized on their way there.
class InputProduct : public Stage {
public:
    /// `sums`: where W x waits in layers that normalize, and then no bias is added; else null.
    InputProduct(const LayerContext& context, NormalizedSums* sums);

    void prepare(ThreadPool& pool) override { weight_.prepare(pool); }

    void forward_before(ThreadPool& pool) override;
    void forward_step(std::int64_t t, const Member& member) override;

    /// The gradients of W, of its biases and, where it feeds the same gates, of U; then that of the
    /// inputs, in the place of that of the outputs.
    void backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    GateColumns columns() const;
    Rows inputs() const;

    const Activations* activations_;
    NormalizedSums* sums_;
    WeightMatrix weight_;
    const StoredParameter* bias_;
    const float* bias_values_;
    WeightMatrix* recurrent_;  // U where its gradient is summed up here
};

}  // namespace carousel
