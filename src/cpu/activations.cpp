#include "cpu/activations.hpp"

#include <algorithm>
#include <array>

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
      view_(&cell_view(config.cell)),
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

namespace {

// By the kernels, so that no bit depends on the processor.
float sigmoid_of(float a) {
    std::array<float, k_panel> row{a, 0.0F};
    kernels().softmax(row.data(), 2, 1.0F);
    return row[0];
}

float positive_of(float a) {
    return a < 0 ? sigmoid_of(a) : a + 0.5F;
}

// σ(a) / (σ(a) + σ(b)); where both are next to nothing, their logarithms are a and b.
float share_of(float a, float b) {
    const float one = sigmoid_of(a), other = sigmoid_of(b);
    return one + other > 1e-20F ? one / (one + other) : sigmoid_of(a - b);
}

}  // namespace

void Activations::copy_signals(float* signals) const {
    // Gates and states stand in blocks of units, the numbers of one kind side by side.
    const auto in_blocks = [](const float* row, std::int64_t count, std::int64_t index,
                              std::int64_t unit) {
        return row[(unit / k_panel * count + index) * k_panel + unit % k_panel];
    };
    const auto value = [&](const CellSignal& signal, std::int64_t t, std::int64_t unit) {
        const auto gate = [&](std::int64_t index) {
            return in_blocks(gates(t, 0), cell_->gates, index, unit);
        };
        switch (signal.source) {
            case SignalSource::gate:
                return gate(signal.index);
            case SignalSource::positive_gate:
                return positive_of(gate(signal.index));
            case SignalSource::gate_share:
                return share_of(gate(signal.index), gate(signal.index + 1));
            case SignalSource::state:
                return in_blocks(states(t + 1, 0), cell_->states, signal.index, unit);
            case SignalSource::hidden:
                return hidden(t + 1, 0)[unit];
            case SignalSource::output:
                return outputs()[hidden_offset(t, 0) + unit];
        }
        return 0.0F;
    };
    for (std::int64_t t = 0; t < steps_; ++t) {
        for (const auto& signal : view_->signals)
            for (std::int64_t unit = 0; unit < hidden_size_; ++unit)
                *signals++ = value(signal, t, unit);
    }
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
