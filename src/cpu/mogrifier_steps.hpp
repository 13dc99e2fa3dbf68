#pragma once

#include "cpu/recurrent_product.hpp"
#include "cpu/rounds.hpp"
#include "cpu/stage.hpp"

namespace carousel {

/// The steps of a cell with rounds: the rounds turn y and h(t-1) into x and h', then gates = b + W
/// x
/// + U h', then the cell's arithmetic.
///
/// W x is a product of every step here, as nothing of a step can be computed before the step before
/// has ended; and since nothing of a stream depends on another stream, members of a team share
/// streams and never meet.
class MogrifierSteps : public Stage {
public:
    explicit MogrifierSteps(const LayerContext& context);

    void prepare(ThreadPool& pool) override;

    void forward_step(std::int64_t t, const Member& member) override;

    void backward_after(ThreadPool& pool, ActivationGradients& gradients, float* all) override;
    /// The gradient of the input takes the place of that of h(t) where the layer below reads it.
    void backward_step(std::int64_t t, const Member& member,
                       ActivationGradients& gradients) override;
    void backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    Rows read(Rounds::Side side, std::int64_t t, const Range& streams) const;
    GateColumns gates(std::int64_t t, std::int64_t b) const;

    Activations* activations_;
    Embedding* embedding_;  // what layer 0 reads; null above
    Rounds rounds_;
    WeightMatrix input_weight_, *recurrent_weight_;  // W, U
    const StoredParameter* bias_;
    const float* bias_values_;
    bool truncated_;
    CellSteps cell_;
    BlockLoop loop_;
    Buffer grad_recurrent_;  // (B, H), of h'
    Buffer grad_inputs_;     // (T, B, E) in layer 0
};

}  // namespace carousel
