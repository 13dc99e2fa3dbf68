#include "cpu/normalized_steps.hpp"

namespace carousel {

NormalizedSteps::NormalizedSteps(const LayerContext& context, LayerNormalization& normalization)
    : activations_(&context.activations),
      normalization_(&normalization),
      weight_(&context.matrices.recurrent->weights()),
      bias_(context.parameters.bias),
      has_input_sums_(context.embedding == nullptr),
      truncated_(context.recurrent_gradient == RecurrentGradient::states),
      cell_(context) {
    const auto rows = context.limits.positions, units = activations_->hidden_size();
    const auto& cell = context.cell();
    if (has_input_sums_) input_ = NormalizedSums(rows, cell.input, units);
    recurrent_ = NormalizedSums(rows, cell.recurrent, units);
    mixed_ = NormalizedSums(rows, {0, 1}, units);
}

void NormalizedSteps::forward_step(std::int64_t t, const Member& member) {
    const auto& a = *activations_;
    const Tile tile{member.streams(), member.blocks()};
    const auto b = tile.streams.begin, count = tile.streams.size();
    const auto at = t * a.streams() + b;
    const auto gates = a.gate_rows(t, b);
    const auto mixed = mixed_.rows().from(at);
    if (has_input_sums_)
        normalization_->forward(NormalizedSum::input, input_.rows().from(at), gates, count);
    feed_gates({a.hidden(t, b), a.hidden_row(), a.hidden_size(), count}, *weight_,
               recurrent_.columns(at), tile.blocks, Into::nothing);
    normalization_->forward(NormalizedSum::recurrent, recurrent_.rows().from(at), gates, count);
    cell_.mix(t, tile, mixed.values);
    normalization_->forward(NormalizedSum::mixed, mixed, gates, count);
    cell_.forward(t, tile);
}

void NormalizedSteps::backward_after(ThreadPool&, ActivationGradients&, float*) {
    cell_.begin_gradient();
}

void NormalizedSteps::backward_step(std::int64_t t, const Member& member,
                                    ActivationGradients& gradients) {
    const auto& a = *activations_;
    const Tile tile{member.streams(), member.blocks()};
    const auto b = tile.streams.begin;
    const auto at = t * a.streams() + b;
    const auto gates = a.gate_rows(t, b);
    const auto return_to = [&](NormalizedSum which, NormalizedSums& sums) {
        normalization_->backward(which, sums.rows().from(at), gates, tile.streams);
    };
    cell_.backward(t, tile, gradients);
    return_to(NormalizedSum::mixed, mixed_);
    cell_.mix_backward(t, tile, mixed_.rows().from(at).values, gradients);
    return_to(NormalizedSum::recurrent, recurrent_);
    if (has_input_sums_) return_to(NormalizedSum::input, input_);
    if (t == 0 || truncated_) return;
    return_to_vectors(recurrent_.columns(at), *weight_,
                      {gradients.hidden(t - 1, b), a.hidden_row(), tile.streams.size()},
                      tile.blocks, Into::sum);
}

void NormalizedSteps::backward_before(ThreadPool& pool, ActivationGradients&, float* gradients) {
    const auto& a = *activations_;
    const auto target = weight_->target(a.hidden(0, 0), a.hidden_row(), gradients);
    auto pass = gate_gradient(recurrent_.columns(), a.positions(), nullptr);
    pass.targets = {&target, 1};
    weight_gradient(pool, pass);
    // The gradients of the sums are those of W and U, but not of the bias.
    weight_gradient(pool, gate_gradient({a.gate_rows(), {0, a.cell().gates}}, a.positions(),
                                        gradients + bias_->offset));
    cell_.sum_gradient(gradients);
}

}  // namespace carousel
