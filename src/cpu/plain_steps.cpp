#include "cpu/plain_steps.hpp"

namespace carousel {

PlainSteps::PlainSteps(const LayerContext& context)
    : recurrent_(context), cell_(context), loop_(context) {}

void PlainSteps::forward_step(std::int64_t t, const Member& member) {
    loop_.run(member.blocks(), [&](const Range& blocks) {
        const Tile tile{member.streams(), blocks};
        recurrent_.forward(t, tile);
        cell_.forward(t, tile);
    });
    member.meet();
}

void PlainSteps::backward_after(ThreadPool&, ActivationGradients&, float*) {
    cell_.begin_gradient();
}

void PlainSteps::backward_step(std::int64_t t, const Member& member,
                               ActivationGradients& gradients) {
    const Tile tile{member.streams(), member.blocks()};
    cell_.backward(t, tile, gradients);
    if (t == 0) return;
    member.meet();
    recurrent_.backward(t, tile, gradients);
}

void PlainSteps::backward_before(ThreadPool& pool, ActivationGradients&, float* gradients) {
    recurrent_.sum_gradient(pool, gradients);
    cell_.sum_gradient(gradients);
}

}  // namespace carousel
