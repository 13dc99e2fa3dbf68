#include "cpu/input_product.hpp"

#include <array>

#include "cpu/recurrent_product.hpp"

namespace carousel {

InputProduct::InputProduct(const LayerContext& context, NormalizedSums* sums)
    : activations_(&context.activations),
      sums_(sums),
      weight_(context.model, *context.parameters.input_weight, context.use),
      bias_(context.parameters.bias),
      bias_values_(context.values(bias_)),
      recurrent_(shares_pass_with_input(context) ? &context.matrices.recurrent->weights()
                                                 : nullptr) {}

GateColumns InputProduct::columns() const {
    if (sums_ != nullptr) return sums_->columns();
    return {activations_->gate_rows(), activations_->cell().input};
}

Rows InputProduct::inputs() const {
    const auto& inputs = activations_->inputs();
    return {inputs.rows, inputs.row, weight_.depth(), activations_->positions()};
}

void InputProduct::forward_before(ThreadPool& pool) {
    multiply_inputs(pool, inputs(), weight_, sums_ != nullptr ? nullptr : bias_values_, columns());
}

void InputProduct::forward_step(std::int64_t t, const Member& member) {
    if (sums_ != nullptr) return;
    const auto& streams = member.streams();
    start_unfed_gates({activations_->gate_rows(t, streams.begin), activations_->cell().input},
                      streams.size(), member.blocks(), bias_values_);
}

void InputProduct::backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) {
    const auto& a = *activations_;
    const auto in = inputs();
    std::array targets{weight_.target(in.values, in.row, gradients), GradientTarget{}};
    if (recurrent_ != nullptr)
        targets[1] = recurrent_->target(a.hidden(0, 0), a.hidden_row(), gradients);
    auto pass =
        gate_gradient(columns(), in.count, sums_ != nullptr ? nullptr : gradients + bias_->offset);
    pass.targets = std::span(targets).first(recurrent_ != nullptr ? 2 : 1);
    weight_gradient(pool, pass);
    return_to_inputs(pool, columns(), weight_, back.outputs(), in);
}

}  // namespace carousel
