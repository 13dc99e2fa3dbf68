#include "cpu/mogrifier_steps.hpp"

#include <array>

#include "cpu/embedding.hpp"

namespace carousel {

MogrifierSteps::MogrifierSteps(const LayerContext& context)
    : activations_(&context.activations),
      embedding_(context.embedding),
      rounds_(context),
      input_weight_(context.model, *context.parameters.input_weight, context.use),
      recurrent_weight_(&context.matrices.recurrent->weights()),
      bias_(context.parameters.bias),
      bias_values_(context.values(bias_)),
      truncated_(context.recurrent_gradient == RecurrentGradient::states),
      cell_(context),
      loop_(context) {
    if (!context.trains()) return;
    grad_recurrent_ = Buffer(context.limits.streams * activations_->hidden_row());
    if (embedding_ != nullptr) {
        grad_inputs_ = Buffer(context.limits.positions * rounds_.row_length(Rounds::input_side));
    }
}

void MogrifierSteps::prepare(ThreadPool& pool) {
    input_weight_.prepare(pool);
    rounds_.prepare(pool);
}

Rows MogrifierSteps::read(Rounds::Side side, std::int64_t t, const Range& streams) const {
    return {rounds_.result(side, t, streams.begin), rounds_.row_length(side), rounds_.size(side),
            streams.size()};
}

GateColumns MogrifierSteps::gates(std::int64_t t, std::int64_t b) const {
    return {activations_->gate_rows(t, b), activations_->cell().input};
}

void MogrifierSteps::forward_step(std::int64_t t, const Member& member) {
    const auto& streams = member.streams();
    rounds_.forward(t, streams);
    const auto x = read(Rounds::input_side, t, streams), h = read(Rounds::hidden_side, t, streams);
    const auto to = gates(t, streams.begin);
    input_weight_.multiply({.in = x.values,
                            .in_row = x.row,
                            .out = to.first(),
                            .out_row = to.rows.row,
                            .rows = x.count,
                            .start = bias_values_},
                           input_weight_.all_panels());
    loop_.run(member.blocks(), [&](const Range& blocks) {
        feed_gates(h, *recurrent_weight_, to, blocks, Into::sum);
        cell_.forward(t, {streams, blocks});
    });
}

void MogrifierSteps::backward_after(ThreadPool&, ActivationGradients&, float*) {
    cell_.begin_gradient();
}

void MogrifierSteps::backward_step(std::int64_t t, const Member& member,
                                   ActivationGradients& gradients) {
    const auto& streams = member.streams();
    const auto b = streams.begin, rows = streams.size();
    cell_.backward(t, {streams, member.blocks()}, gradients);

    const auto input_row = rounds_.row_length(Rounds::input_side);
    const auto hidden_row = activations_->hidden_row();
    float* grad_input = embedding_ != nullptr
                            ? grad_inputs_.data() + (t * activations_->streams() + b) * input_row
                            : gradients.hidden(t, b);
    float* grad_recurrent = grad_recurrent_.data() + b * hidden_row;
    return_to_vectors(gates(t, b), input_weight_, {grad_input, input_row, rows},
                      input_weight_.all_inputs(), Into::nothing);
    return_to_vectors(gates(t, b), *recurrent_weight_, {grad_recurrent, hidden_row, rows},
                      member.blocks(), Into::nothing);
    rounds_.backward(t, streams, {grad_input, input_row}, {grad_recurrent, hidden_row});
    if (t == 0 || truncated_) return;
    kernels().add(gradients.hidden(t - 1, b), grad_recurrent, rows * hidden_row);
}

void MogrifierSteps::backward_before(ThreadPool& pool, ActivationGradients&, float* gradients) {
    const auto x = read(Rounds::input_side, 0, {}), h = read(Rounds::hidden_side, 0, {});
    const std::array targets{input_weight_.target(x.values, x.row, gradients),
                             recurrent_weight_->target(h.values, h.row, gradients)};
    auto pass = gate_gradient(gates(0, 0), activations_->positions(), gradients + bias_->offset);
    pass.targets = targets;
    weight_gradient(pool, pass);
    rounds_.sum_gradients(pool, gradients);
    if (embedding_ != nullptr) embedding_->backward(pool, grad_inputs_.data(), gradients);
}

}  // namespace carousel
