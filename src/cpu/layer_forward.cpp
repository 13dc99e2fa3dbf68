#include "cpu/layer_forward.hpp"

#include <algorithm>

#include "cpu/attention.hpp"
#include "cpu/gate_products.hpp"
#include "cpu/layer_normalization.hpp"

namespace carousel {

LayerBuffers::LayerBuffers(const LanguageModelConfig& config, std::int64_t window,
                           std::int64_t batch_size, LayerInput input)
    : gates(window * batch_size * gates_row_length(config)),
      states((window + 1) * batch_size * states_row_length(config)) {
    const auto& cell = cell_shape(config.cell);
    const auto rows = window * batch_size, vectors = rows * hidden_row_length(config);
    hidden = Buffer(vectors + carried_outputs(cell) * batch_size * hidden_row_length(config));
    if (second_stage(cell).count > 0) mixed = Buffer(vectors);
    if (has_second_output(cell)) output = Buffer(vectors);
    if (cell.attention_span > 0) {
        queries = Buffer(vectors);
        shares = Buffer(rows * cell.attention_span);
        contexts = Buffer(vectors);
    }
    if (!is_normalized(cell)) return;
    if (input == LayerInput::vectors)
        input_sums = Buffer(rows * sums_row_length(cell.input, config.hidden_size));
    recurrent_sums = Buffer(rows * sums_row_length(cell.recurrent, config.hidden_size));
    scales = Buffer(3 * rows);
}

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

namespace {

NormalizedWindow normalized_window(const LanguageModelConfig& config, LayerBuffers& buffers) {
    const auto& cell = cell_shape(config.cell);
    if (!is_normalized(cell)) return {};
    const auto rows = buffers.scales.size() / 3;
    const auto row = [&](const GateRange& range) {
        return sums_row_length(range, config.hidden_size);
    };
    float* scales = buffers.scales.data();
    return {{buffers.input_sums.data(), row(cell.input), scales},
            {buffers.recurrent_sums.data(), row(cell.recurrent), scales + rows},
            {buffers.mixed.data(), hidden_row_length(config), scales + 2 * rows}};
}

}  // namespace

LayerWindow layer_window(const LanguageModelConfig& config, LayerBuffers& buffers,
                         std::int64_t window, std::int64_t batch_size) {
    const auto before = (carried_outputs(cell_shape(config.cell)) - 1) * batch_size;
    float* hidden = buffers.hidden.data() + before * hidden_row_length(config);
    return {.cell = config.cell,
            .window = window,
            .batch_size = batch_size,
            .hidden_size = config.hidden_size,
            .gates = buffers.gates.data(),
            .states = buffers.states.data(),
            .hidden = hidden,
            .mixed = buffers.mixed.data(),
            .output = buffers.output.data(),
            .attention = {buffers.queries.data(), buffers.shares.data(), buffers.contexts.data()},
            .gates_row = gates_row_length(config),
            .states_row = states_row_length(config),
            .hidden_row = hidden_row_length(config),
            .start = {},
            .inputs = {},
            .normalized = normalized_window(config, buffers)};
}

namespace {

// Calls copy(pointer into the value, pointer into the slot, count) for each stretch of numbers that
// lie together in both: in a slot, the states of a block of units stand one after the other. Of the
// carried outputs the value has the newest first, the slots the oldest.
template <typename State, typename Copy>
void for_each_stretch(State& state, std::int64_t layer_index, const LayerWindow& layer,
                      std::int64_t slot, Copy copy) {
    const auto count = layer.shape().states, carried = carried_outputs(layer.shape());
    for (std::int64_t b = 0; b < layer.batch_size; ++b) {
        const auto at = (layer_index * layer.batch_size + b) * layer.hidden_size;
        for (std::int64_t j = 0; j < carried; ++j) {
            copy(state.hidden.data() + at * carried + j * layer.hidden_size,
                 layer.hidden + layer.hidden_offset(slot - j, b), layer.hidden_size);
        }
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
            p.diagonal != nullptr ? values(p.diagonal) : model.clock_periods(), values(p.gain),
            values(p.bias)};
}

void forward_layer(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
                   const LayerWindow& layer, const float* inputs, const RecurrentWeights& weights) {
    if (layer_index > 0 && layer.mogrifier == nullptr) {
        const auto p = model.parameters().layer(layer_index);
        const auto& cell = layer.shape();
        multiply_inputs(
            pool, {inputs, layer.hidden_row, layer.hidden_size, layer.window * layer.batch_size},
            model.values(*p.input_weight), is_normalized(cell) ? nullptr : model.values(*p.bias),
            product_columns(cell, cell.input, layer.gate_rows(), layer.normalized.input));
    }
    forward_steps(pool, weights, layer);
    if (layer.shape().attention_span > 0) forward_attention(pool, model, layer_index, layer);
}

}  // namespace carousel
