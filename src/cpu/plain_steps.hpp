#pragma once

#include "cpu/recurrent_product.hpp"

namespace carousel {

/// The steps of a cell of one stage: gates += U h(t-1), then the cell's arithmetic.
class PlainSteps : public Stage {
public:
    explicit PlainSteps(const LayerContext& context);

    void forward_step(std::int64_t t, const Member& member) override;

    void backward_after(ThreadPool& pool, ActivationGradients& gradients, float* all) override;
    void backward_step(std::int64_t t, const Member& member,
                       ActivationGradients& gradients) override;
    void backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    RecurrentProduct recurrent_;
    CellSteps cell_;
    BlockLoop loop_;
};

}  // namespace carousel
