#include "cpu/cell_steps.hpp"

#include <algorithm>

namespace carousel {

namespace {

// A place in a buffer that not every cell has.
template <typename Pointer>
Pointer moved(Pointer begin, std::ptrdiff_t offset) {
    return begin != nullptr ? begin + offset : nullptr;
}

}  // namespace

CellSteps::CellSteps(const LayerContext& context)
    : kernels_(&kernels().cell(context.model.config().cell)),
      activations_(&context.activations),
      below_(context.below),
      truncated_(context.recurrent_gradient == RecurrentGradient::states),
      diagonal_(context.parameters.diagonal),
      diagonal_values_(diagonal_ != nullptr ? context.values(diagonal_)
                                            : context.model.clock_periods()),
      diagonal_row_(padded(context.activations.hidden_size()) * context.cell().diagonals) {
    if (context.trains()) grad_diagonal_ = Buffer(context.limits.streams * diagonal_row_);
}

CellForward CellSteps::forward_arguments(std::int64_t t, const Tile& tile) {
    auto& a = *activations_;
    const auto& shape = a.cell();
    const auto unit = tile.blocks.begin * k_panel, b = tile.streams.begin;
    const auto states = unit * shape.states;
    const float* states_below = nullptr;
    if (shape.reads_below && below_ != nullptr) states_below = below_->states(t + 1, b) + states;
    return {.gates = a.gates(t, b) + unit * shape.gates,
            .gates_row = a.gates_row(),
            .states_before = a.states(t, b) + states,
            .states = a.states(t + 1, b) + states,
            .states_row = a.states_row(),
            .hidden_before = a.hidden(t, b) + unit,
            .hidden = a.hidden(t + 1, b) + unit,
            .hidden_row = a.hidden_row(),
            .diagonal = diagonal_values_ + unit * shape.diagonals,
            .states_below = states_below,
            .output = moved(a.output(t, b), unit),
            .rows = tile.streams.size(),
            .blocks = tile.blocks.size()};
}

CellBackward CellSteps::backward_arguments(std::int64_t t, const Tile& tile,
                                           ActivationGradients& gradients) {
    const auto forward = forward_arguments(t, tile);
    const auto& shape = activations_->cell();
    const auto unit = tile.blocks.begin * k_panel, b = tile.streams.begin;
    return {.gates = forward.gates,
            .gates_row = forward.gates_row,
            .states_before = forward.states_before,
            .states = forward.states,
            .states_row = forward.states_row,
            .hidden_before = forward.hidden_before,
            .hidden = forward.hidden,
            .hidden_row = forward.hidden_row,
            .grad_hidden = gradients.hidden(t, b) + unit,
            .grad_hidden_before = t > 0 ? gradients.hidden(t - 1, b) + unit : nullptr,
            .grad_hidden_row = forward.hidden_row,
            .grad_states = gradients.states(b) + unit * shape.states,
            .grad_states_row = forward.states_row,
            .diagonal = forward.diagonal,
            .grad_diagonal = grad_diagonal_.data() + b * diagonal_row_ + unit * shape.diagonals,
            .grad_diagonal_row = diagonal_row_,
            .states_below = forward.states_below,
            .grad_depth = moved(gradients.depth(t, b), unit * shape.states),
            .grad_output = moved(gradients.output(t, b), unit),
            .rows = forward.rows,
            .blocks = forward.blocks};
}

void CellSteps::forward(std::int64_t t, const Tile& tile) {
    kernels_->forward(forward_arguments(t, tile));
}

void CellSteps::mix(std::int64_t t, const Tile& tile, float* mixed) {
    auto arguments = forward_arguments(t, tile);
    arguments.hidden = mixed + tile.blocks.begin * k_panel;
    kernels_->mix_forward(arguments);
}

void CellSteps::backward(std::int64_t t, const Tile& tile, ActivationGradients& gradients) {
    kernels_->backward(backward_arguments(t, tile, gradients));
}

void CellSteps::mix_backward(std::int64_t t, const Tile& tile, const float* grad_mixed,
                             ActivationGradients& gradients) {
    auto arguments = backward_arguments(t, tile, gradients);
    arguments.grad_hidden = grad_mixed + tile.blocks.begin * k_panel;
    if (truncated_) arguments.grad_hidden_before = nullptr;
    kernels_->mix_backward(arguments);
}

void CellSteps::begin_gradient() {
    std::fill_n(grad_diagonal_.data(), grad_diagonal_.size(), 0.0F);
}

void CellSteps::sum_gradient(float* gradients) {
    if (diagonal_ == nullptr) return;
    sum_rows(*diagonal_, grad_diagonal_.data(), activations_->streams(), gradients);
}

void sum_rows(const StoredParameter& parameter, const float* values, std::int64_t rows,
              float* gradients) {
    float* sum = gradients + parameter.offset;
    std::fill_n(sum, parameter.stored, 0.0F);
    for (std::int64_t r = 0; r < rows; ++r)
        kernels().add(sum, values + r * parameter.stored, parameter.stored);
}

}  // namespace carousel
