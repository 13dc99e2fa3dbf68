#include "nn/layer_forward.hpp"

#include <algorithm>

#include "nn/gate_products.hpp"

namespace carousel {

LayerBuffers::LayerBuffers(const LanguageModelConfig& config, std::int64_t window,
                           std::int64_t batch_size)
    : gates(window * batch_size * gates_row_length(config)),
      states((window + 1) * batch_size * states_row_length(config)),
      hidden((window + 1) * batch_size * hidden_row_length(config)),
      mixed(cell_shape(config.cell).mixed.count > 0
                ? window * batch_size * hidden_row_length(config)
                : 0),
      output(cell_shape(config.cell).two_outputs ? window * batch_size * hidden_row_length(config)
                                                 : 0) {}

std::ptrdiff_t hidden_row_length(const LanguageModelConfig& config) {
    return leading_dimension(config.hidden_size);
}

std::ptrdiff_t states_row_length(const LanguageModelConfig& config) {
    const auto states = cell_shape(config.cell).states;
    return states > 0 ? leading_dimension(padded(config.hidden_size) * states) : 0;
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
            .states = buffers.states.data(),
            .hidden = buffers.hidden.data(),
            .mixed = buffers.mixed.data(),
            .output = buffers.output.data(),
            .gates_row = gates_row_length(config),
            .states_row = states_row_length(config),
            .hidden_row = hidden_row_length(config),
            .start = {},
            .inputs = {}};
}

namespace {

// Calls copy(pointer into the value, pointer into the slot, count) for each stretch of numbers that
// lie together in both: in a slot, the states of a block of units stand one after the other.
template <typename State, typename Copy>
void for_each_stretch(State& state, std::int64_t layer_index, const LayerWindow& layer,
                      std::int64_t slot, Copy copy) {
    const auto count = layer.shape().states;
    for (std::int64_t b = 0; b < layer.batch_size; ++b) {
        const auto at = (layer_index * layer.batch_size + b) * layer.hidden_size;
        copy(state.hidden.data() + at, layer.hidden + layer.hidden_offset(slot, b),
             layer.hidden_size);
        auto* values = state.states.data() + at * count;
        float* states = layer.states + layer.states_offset(slot, b);
        for (std::int64_t s = 0; s < count; ++s, values += layer.hidden_size) {
            for (std::int64_t unit = 0; unit < layer.hidden_size; unit += k_panel) {
                copy(values + unit, states + unit * count + s * k_panel,
                     std::min(k_panel, layer.hidden_size - unit));
            }
        }
    }
}

}  // namespace

void load_state(const RecurrentState& state, std::int64_t layer_index, const LayerWindow& layer) {
    for_each_stretch(state, layer_index, layer, 0,
                     [](const float* value, float* slot, std::int64_t count) {
                         std::copy_n(value, count, slot);
                     });
}

void store_state(const LayerWindow& layer, std::int64_t layer_index, RecurrentState& state) {
    for_each_stretch(state, layer_index, layer, layer.window,
                     [](float* value, const float* slot, std::int64_t count) {
                         std::copy_n(slot, count, value);
                     });
}

RecurrentWeights recurrent_weights_of(const LanguageModel& model, std::int64_t layer_index) {
    const auto p = model.parameters().layer(layer_index);
    const auto values = [&](const Parameter* weight) {
        return weight != nullptr ? model.values(*weight) : nullptr;
    };
    return {values(p.recurrent_weight), values(p.mixed_weight),
            p.diagonal != nullptr ? values(p.diagonal) : model.clock_periods()};
}

void forward_layer(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
                   const LayerWindow& layer, const float* inputs, const RecurrentWeights& weights) {
    if (layer_index > 0 && layer.mogrifier == nullptr) {
        const auto p = model.parameters().layer(layer_index);
        multiply_inputs(
            pool, layer.shape(),
            {inputs, layer.hidden_row, layer.hidden_size, layer.window * layer.batch_size},
            model.values(*p.input_weight), model.values(*p.bias),
            {layer.gates, layer.gates_row, layer.blocks()});
    }
    forward_steps(pool, weights, layer);
}

}  // namespace carousel
