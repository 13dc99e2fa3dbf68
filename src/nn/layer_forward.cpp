#include "nn/layer_forward.hpp"

#include <cstring>

#include "tensor/matmul.hpp"

namespace carousel {

LayerBuffers::LayerBuffers(const LanguageModelConfig& config, std::int64_t window,
                           std::int64_t batch_size)
    : gates(window * batch_size * gates_row_length(config)),
      cell_states((window + 1) * batch_size * state_row_length(config)),
      hidden((window + 1) * batch_size * state_row_length(config)) {}

std::ptrdiff_t state_row_length(const LanguageModelConfig& config) {
    return leading_dimension(config.hidden_size);
}

std::ptrdiff_t gates_row_length(const LanguageModelConfig& config) {
    return leading_dimension(padded(config.hidden_size) * cell_shape(config.cell).gates);
}

LayerWindow layer_window(const LanguageModelConfig& config, LayerBuffers& buffers,
                         std::int64_t window, std::int64_t batch_size) {
    return {.cell = config.cell,
            .window = window,
            .batch_size = batch_size,
            .hidden_size = config.hidden_size,
            .gates = buffers.gates.data(),
            .cell_states = buffers.cell_states.data(),
            .hidden = buffers.hidden.data(),
            .gates_row = gates_row_length(config),
            .state_row = state_row_length(config),
            .start = {}};
}

namespace {

// Calls copy(pointer into the value, pointer into the slot) for the hidden and the cell state of
// each stream.
template <typename State, typename Copy>
void for_each_stream(State& state, std::int64_t layer_index, const LayerWindow& layer,
                     std::int64_t slot, Copy copy) {
    for (std::int64_t b = 0; b < layer.batch_size; ++b) {
        const auto at = (layer_index * layer.batch_size + b) * layer.hidden_size;
        copy(state.hidden.data() + at, layer.hidden + layer.state_offset(slot, b));
        copy(state.cell.data() + at, layer.cell_states + layer.state_offset(slot, b));
    }
}

}  // namespace

void load_state(const RecurrentState& state, std::int64_t layer_index, const LayerWindow& layer) {
    const auto bytes = static_cast<std::size_t>(layer.hidden_size) * sizeof(float);
    for_each_stream(state, layer_index, layer, 0,
                    [&](const float* value, float* slot) { std::memcpy(slot, value, bytes); });
}

void store_state(const LayerWindow& layer, std::int64_t layer_index, RecurrentState& state) {
    const auto bytes = static_cast<std::size_t>(layer.hidden_size) * sizeof(float);
    for_each_stream(state, layer_index, layer, layer.window,
                    [&](float* value, const float* slot) { std::memcpy(value, slot, bytes); });
}

void forward_layer(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
                   const LayerWindow& layer, const float* inputs, const float* recurrent_weight) {
    const auto& parameters = model.parameters();
    if (layer_index > 0) {
        multiply(pool, {.a = inputs,
                        .a_row = layer.state_row,
                        .a_depth = 1,
                        .w = model.values(parameters.input_weight(layer_index)),
                        .w_panel = layer.hidden_size * k_panel,
                        .c = layer.gates,
                        .c_row = layer.gates_row,
                        .c_panel = k_panel,
                        .rows = layer.window * layer.batch_size,
                        .panels = panels_for(layer.hidden_size) * cell_shape(layer.cell).gates,
                        .depth = layer.hidden_size,
                        .start = model.values(parameters.bias(layer_index))});
    }
    forward_steps(pool, recurrent_weight, layer);
}

}  // namespace carousel
