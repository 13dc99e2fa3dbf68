#include "cpu/mixed_steps.hpp"

namespace carousel {

MixedSteps::MixedSteps(const LayerContext& context)
    : activations_(&context.activations),
      recurrent_(context),
      weight_(&context.matrices.mixed->weights()),
      cell_(context),
      loop_(context),
      mixed_(context.limits.positions * activations_->hidden_row()),
      grad_mixed_(context.trains() ? context.limits.streams * activations_->hidden_row() : 0) {}

void MixedSteps::forward_step(std::int64_t t, const Member& member) {
    const auto& a = *activations_;
    const auto& streams = member.streams();
    const auto b = streams.begin;
    loop_.run(member.blocks(), [&](const Range& blocks) {
        const Tile tile{streams, blocks};
        recurrent_.forward(t, tile);
        cell_.mix(t, tile, mixed(t, b));
    });
    member.meet();
    const Rows v{mixed(t, b), a.hidden_row(), a.hidden_size(), streams.size()};
    loop_.run(member.blocks(), [&](const Range& blocks) {
        feed_gates(v, *weight_, mixed_gates(t, b), blocks, Into::sum);
        cell_.forward(t, {streams, blocks});
    });
    member.meet();
}

void MixedSteps::backward_after(ThreadPool&, ActivationGradients&, float*) {
    cell_.begin_gradient();
}

void MixedSteps::backward_step(std::int64_t t, const Member& member,
                               ActivationGradients& gradients) {
    const Tile tile{member.streams(), member.blocks()};
    const auto row = activations_->hidden_row();
    const auto b = tile.streams.begin;
    float* grad_mixed = grad_mixed_.data() + b * row;
    cell_.backward(t, tile, gradients);
    member.meet();
    return_to_vectors(mixed_gates(t, b), *weight_, {grad_mixed, row, tile.streams.size()},
                      tile.blocks, Into::nothing);
    cell_.mix_backward(t, tile, grad_mixed, gradients);
    if (t == 0) return;
    member.meet();
    recurrent_.backward(t, tile, gradients);
}

void MixedSteps::backward_before(ThreadPool& pool, ActivationGradients&, float* gradients) {
    recurrent_.sum_gradient(pool, gradients);
    const auto target = weight_->target(mixed(0, 0), activations_->hidden_row(), gradients);
    auto pass = gate_gradient(mixed_gates(0, 0), activations_->positions(), nullptr);
    pass.targets = {&target, 1};
    weight_gradient(pool, pass);
    cell_.sum_gradient(gradients);
}

}  // namespace carousel
