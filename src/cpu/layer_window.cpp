#include "cpu/layer_window.hpp"

namespace carousel {

namespace {

// A place in a buffer that not every cell has.
template <typename Pointer>
Pointer moved(Pointer begin, std::ptrdiff_t offset) {
    return begin != nullptr ? begin + offset : nullptr;
}

}  // namespace

CellForward forward_step(const LayerWindow& layer, std::int64_t t, Range streams, Range blocks,
                         const RecurrentWeights& weights) {
    const auto& shape = layer.shape();
    const auto unit = blocks.begin * k_panel, b = streams.begin;
    const auto hidden_after = layer.hidden_offset(t + 1, b) + unit;
    const auto states_after = layer.states_offset(t + 1, b) + unit * shape.states;
    return {.gates = layer.gates_at(t, b) + unit * shape.gates,
            .gates_row = layer.gates_row,
            .states_before = layer.states + layer.states_offset(t, b) + unit * shape.states,
            .states = layer.states + states_after,
            .states_row = layer.states_row,
            .hidden_before = layer.hidden + layer.hidden_offset(t, b) + unit,
            .hidden = layer.hidden + hidden_after,
            .hidden_row = layer.hidden_row,
            .diagonal = weights.diagonal + unit * shape.diagonals,
            .states_below = moved(layer.states_below, states_after),
            .output = moved(layer.output, layer.hidden_offset(t, b) + unit),
            .rows = streams.size(),
            .blocks = blocks.size()};
}

CellBackward backward_step(const LayerWindow& layer, std::int64_t t, Range streams, Range blocks,
                           const RecurrentWeights& weights, const RecurrentGradients& gradients) {
    const auto forward = forward_step(layer, t, streams, blocks, weights);
    const auto& shape = layer.shape();
    const auto unit = blocks.begin * k_panel, b = streams.begin;
    // Slots of the gradients are steps: that of h(t) lies where h(t-1) would.
    const auto hidden = layer.hidden_offset(t, b) + unit;
    float* grad_hidden = gradients.hidden + hidden;
    return {
        .gates = forward.gates,
        .gates_row = layer.gates_row,
        .states_before = forward.states_before,
        .states = forward.states,
        .states_row = layer.states_row,
        .hidden_before = forward.hidden_before,
        .hidden = forward.hidden,
        .hidden_row = layer.hidden_row,
        .grad_hidden = grad_hidden,
        .grad_hidden_before = t > 0 ? grad_hidden - layer.hidden_offset(1) : nullptr,
        .grad_hidden_row = layer.hidden_row,
        .grad_states = gradients.states + layer.states_offset(0, b) + unit * shape.states,
        .grad_states_row = layer.states_row,
        .diagonal = forward.diagonal,
        .grad_diagonal = gradients.diagonal + b * gradients.diagonal_row + unit * shape.diagonals,
        .grad_diagonal_row = gradients.diagonal_row,
        .states_below = forward.states_below,
        .grad_depth = moved(gradients.depth, layer.states_offset(t, b) + unit * shape.states),
        .grad_output = moved(gradients.output, hidden),
        .rows = streams.size(),
        .blocks = blocks.size()};
}

}  // namespace carousel
