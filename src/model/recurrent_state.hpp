#pragma once

#include <algorithm>

#include "model/cell_shapes.hpp"
#include "model/language_model_config.hpp"
#include "model/tensor.hpp"
#include "model/transformer.hpp"

namespace carousel {

/// Numbers that a layer remembers of a stream: of its outputs, and besides them.
struct StateWidths {
    std::int64_t hidden = 0, states = 0;
};

inline StateWidths state_widths(const LanguageModelConfig& config) {
    const auto h = config.hidden_size;
    if (is_transformer(config)) return {.hidden = 2 * h * memory_slots(config), .states = 1};
    const auto& cell = cell_shape(config.cell);
    return {.hidden = h * carried_outputs(cell), .states = h * cell.states};
}

/// What a stream remembers between two symbols: a value, passed in and changed by each call.
///
/// Shapes, of recurrent nets: hidden (L, B, K H), the last K = `carried_outputs` of a layer, newest
/// first; states (L, B, S H), what a cell remembers besides its output, one state after the other.
/// Of a Transformer: hidden (L, B, 2 M H), keys and values of the last M = `memory_slots` symbols,
/// those of symbol n in slot n modulo M; states (L, B, 1), n: how many symbols were read, of which
/// docs/transformer.md says how it counts on and on.
struct RecurrentState {
    Tensor<3> hidden, states;

    /// The empty memory: zeros.
    static RecurrentState zeros(const LanguageModelConfig& config, std::int64_t batch_size) {
        const auto widths = state_widths(config);
        RecurrentState state{Tensor<3>(shape(config, batch_size, widths.hidden)),
                             Tensor<3>(shape(config, batch_size, widths.states))};
        state.clear();
        return state;
    }

    bool fits(const LanguageModelConfig& config, std::int64_t batch_size) const {
        const auto widths = state_widths(config);
        return hidden.shape() == shape(config, batch_size, widths.hidden) &&
               states.shape() == shape(config, batch_size, widths.states);
    }

    void clear() {
        hidden.fill(0.0F);
        states.fill(0.0F);
    }

    /// Empties the memory of one stream.
    void clear(std::size_t stream) {
        for (auto* tensor : {&hidden, &states}) {
            const auto streams = tensor->shape(1), width = tensor->shape(2);
            for (std::size_t l = 0; l < tensor->shape(0); ++l)
                std::fill_n(tensor->data() + (l * streams + stream) * width, width, 0.0F);
        }
    }

    /// Takes `count` streams of another state, from `first` on, to `at` on.
    void take(const RecurrentState& other, std::size_t first, std::size_t count, std::size_t at) {
        take(hidden, other.hidden, first, count, at);
        take(states, other.states, first, count, at);
    }

private:
    static void take(Tensor<3>& to, const Tensor<3>& from, std::size_t first, std::size_t count,
                     std::size_t at) {
        const auto width = to.shape(2);
        for (std::size_t l = 0; l < to.shape(0); ++l) {
            std::copy_n(from.data() + (l * from.shape(1) + first) * width, count * width,
                        to.data() + (l * to.shape(1) + at) * width);
        }
    }

    static Tensor<3>::shape_type shape(const LanguageModelConfig& config, std::int64_t batch_size,
                                       std::int64_t width) {
        return {static_cast<std::size_t>(config.layers), static_cast<std::size_t>(batch_size),
                static_cast<std::size_t>(width)};
    }
};

}  // namespace carousel
