#include "cpu/activations.hpp"

#include <algorithm>

namespace carousel {

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

Activations::Activations(const LanguageModelConfig& config, const WindowLimits& limits,
                         float* gates)
    : cell_(&cell_shape(config.cell)),
      hidden_size_(config.hidden_size),
      gates_row_(gates_row_length(config)),
      states_row_(states_row_length(config)),
      hidden_row_(hidden_row_length(config)),
      gates_(gates),
      states_((limits.positions + limits.streams) * states_row_),
      hidden_((limits.positions + carried_outputs(*cell_) * limits.streams) * hidden_row_),
      output_(has_second_output(*cell_) ? limits.positions * hidden_row_ : 0) {}

void Activations::begin(std::int64_t steps, std::int64_t streams, const GatheredRows& inputs) {
    steps_ = steps;
    streams_ = streams;
    inputs_ = inputs;
}

namespace {

// Calls copy(pointer into the value, pointer into the slot, count) for each stretch of numbers that
// lie together in both: in a slot, the states of a block of units stand one after the other. The
// value has the newest of the carried outputs first, the slots the oldest.
template <typename State, typename Layer, typename Copy>
void for_each_stretch(State& state, std::int64_t index, Layer& layer, std::int64_t slot,
                      Copy copy) {
    const auto count = layer.cell().states, carried = carried_outputs(layer.cell());
    const auto units = layer.hidden_size();
    for (std::int64_t b = 0; b < layer.streams(); ++b) {
        const auto at = (index * layer.streams() + b) * units;
        for (std::int64_t j = 0; j < carried; ++j) {
            copy(state.hidden.data() + at * carried + j * units, layer.hidden(slot - j, b), units);
        }
        auto* values = state.states.data() + at * count;
        auto* states = layer.states(slot, b);
        for (std::int64_t s = 0; s < count; ++s, values += units) {
            for (std::int64_t unit = 0; unit < units; unit += k_panel) {
                copy(values + unit, states + unit * count + s * k_panel,
                     std::min(k_panel, units - unit));
            }
        }
    }
}

}  // namespace

void Activations::load(const RecurrentState& state, std::int64_t layer) {
    for_each_stretch(state, layer, *this, 0,
                     [](const float* value, float* slot, std::int64_t count) {
                         std::copy_n(value, count, slot);
                     });
}

void Activations::store(std::int64_t layer, RecurrentState& state) const {
    for_each_stretch(state, layer, *this, steps_,
                     [](float* value, const float* slot, std::int64_t count) {
                         std::copy_n(slot, count, value);
                     });
}

ActivationGradients::ActivationGradients(const LanguageModelConfig& config, std::int64_t steps,
                                         std::int64_t streams)
    : streams_(streams),
      hidden_row_(hidden_row_length(config)),
      states_row_(states_row_length(config)),
      outputs_(steps * streams * hidden_row_),
      hidden_(cell_shape(config.cell).two_outputs ? outputs_.size() : 0),
      states_(streams * states_row_),
      depth_(cell_shape(config.cell).reads_below ? steps * states_.size() : 0) {}

void ActivationGradients::begin() {
    std::fill_n(depth_.data(), depth_.size(), 0.0F);
}

void ActivationGradients::begin_layer() {
    for (auto* none : {&states_, &hidden_}) std::fill_n(none->data(), none->size(), 0.0F);
}

}  // namespace carousel
