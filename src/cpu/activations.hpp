#pragma once

#include <cstdint>

#include "cpu/buffer.hpp"
#include "cpu/gate_products.hpp"
#include "cpu/thread_pool.hpp"
#include "kernels/kernels.hpp"
#include "model/cell_signals.hpp"
#include "model/language_model_config.hpp"
#include "model/recurrent_state.hpp"

// What every recurrent layer keeps over a window, whatever its cell, and the gradients that come
// back through it. What only some cells have is kept by their stages (cpu/stage.hpp).

namespace carousel {

/// Row lengths of the buffers: of hidden vectors, of states, of gates.
std::ptrdiff_t hidden_row_length(const LanguageModelConfig& config);
std::ptrdiff_t states_row_length(const LanguageModelConfig& config);
std::ptrdiff_t gates_row_length(const LanguageModelConfig& config);

/// The most that a window has: positions, T B, and streams, B.
struct WindowLimits {
    std::int64_t positions, streams;
};

/// What belongs to the positions of a window: row `index[t B + b]` of `rows`, or, without index,
/// row t B + b.
struct GatheredRows {
    const float* rows = nullptr;
    std::ptrdiff_t row = 0;
    const std::uint32_t* index = nullptr;

    const float* at(std::int64_t position) const {
        return rows + (index != nullptr ? index[position] : position) * row;
    }
};

/// The activations of one layer over a window, time-major: what forward leaves for backward.
class Activations {
public:
    /// `gates` has room for the gates of all positions; layers that run one after another and
    /// never back may share it.
    Activations(const LanguageModelConfig& config, const WindowLimits& limits, float* gates);

    /// Begins a window of `steps` steps of `streams` streams that reads `inputs`, (T, B, I).
    void begin(std::int64_t steps, std::int64_t streams, const GatheredRows& inputs);

    /// Copies stream states between the value and the slots: into the first one, those before it
    /// where the cell carries several outputs; out of the last.
    void load(const RecurrentState& state, std::int64_t layer);
    void store(std::int64_t layer, RecurrentState& state) const;

    /// What the units of one stream did in the window: (T, N, H), see `UnitSignals`.
    void copy_signals(float* signals) const;

    const CellShape& cell() const { return *cell_; }
    std::int64_t steps() const { return steps_; }
    std::int64_t streams() const { return streams_; }
    std::int64_t positions() const { return steps_ * streams_; }
    std::int64_t hidden_size() const { return hidden_size_; }
    std::int64_t blocks() const { return panels_for(hidden_size_); }
    const GatheredRows& inputs() const { return inputs_; }

    std::ptrdiff_t gates_row() const { return gates_row_; }
    std::ptrdiff_t states_row() const { return states_row_; }
    std::ptrdiff_t hidden_row() const { return hidden_row_; }
    /// From a step to the next one, in floats.
    std::ptrdiff_t hidden_step() const { return streams_ * hidden_row_; }

    /// (T, B, G H in blocks of units).
    float* gates(std::int64_t t, std::int64_t b) const { return gates_ + gates_offset(t, b); }
    GateRows gate_rows(std::int64_t t = 0, std::int64_t b = 0) const {
        return {gates(t, b), gates_row_, blocks(), cell_->gates};
    }

    /// Slot t holds what was before step t, slot t + 1 what is after it: (T + 1, B, S H in blocks)
    /// and (T + 1, B, H). Cells that carry K outputs have slots from 1 - K on.
    float* states(std::int64_t slot, std::int64_t b) { return states_.data() + states_at(slot, b); }
    const float* states(std::int64_t slot, std::int64_t b) const {
        return states_.data() + states_at(slot, b);
    }
    float* hidden(std::int64_t slot, std::int64_t b) { return hidden_.data() + hidden_at(slot, b); }
    const float* hidden(std::int64_t slot, std::int64_t b) const {
        return hidden_.data() + hidden_at(slot, b);
    }

    /// (T, B, H), where the layer above reads something else than h; else null.
    float* output(std::int64_t t, std::int64_t b) {
        return output_.size() > 0 ? output_.data() + hidden_offset(t, b) : nullptr;
    }
    /// What the layer above reads: (T, B, H).
    const float* outputs() const { return output_.size() > 0 ? output_.data() : hidden(1, 0); }

    std::ptrdiff_t hidden_offset(std::int64_t t, std::int64_t b) const {
        return (t * streams_ + b) * hidden_row_;
    }
    std::ptrdiff_t states_offset(std::int64_t t, std::int64_t b) const {
        return (t * streams_ + b) * states_row_;
    }

private:
    std::ptrdiff_t gates_offset(std::int64_t t, std::int64_t b) const {
        return (t * streams_ + b) * gates_row_;
    }
    std::ptrdiff_t states_at(std::int64_t slot, std::int64_t b) const {
        return states_offset(slot, b);
    }
    std::ptrdiff_t hidden_at(std::int64_t slot, std::int64_t b) const {
        return hidden_offset(slot + carried_outputs(*cell_) - 1, b);
    }

    const CellShape* cell_;
    const CellView* view_;
    std::int64_t hidden_size_;
    std::ptrdiff_t gates_row_, states_row_, hidden_row_;
    float* gates_;
    Buffer states_, hidden_, output_;
    std::int64_t steps_ = 0, streams_ = 0;
    GatheredRows inputs_;
};

/// Gradients on their way back through a layer: one set serves all layers of a net, which run
/// backward one after another.
class ActivationGradients {
public:
    ActivationGradients(const LanguageModelConfig& config, std::int64_t steps,
                        std::int64_t streams);

    /// Nothing comes from beyond the window, and nothing reads the states of the layer at the top.
    void begin();
    void begin_layer();

    /// The gradient of what the layer above reads, (T, B, H); at last that of what this layer read.
    float* outputs() { return outputs_.data(); }
    std::int64_t size() const { return outputs_.size(); }

    /// The gradient of h(t). For t < T - 1 it receives what comes back through the step after.
    float* hidden(std::int64_t t, std::int64_t b) {
        return (hidden_.size() > 0 ? hidden_ : outputs_).data() + (t * streams_ + b) * hidden_row_;
    }
    /// The gradient of the output where that is not h; null in other cells.
    const float* output(std::int64_t t, std::int64_t b) const {
        return hidden_.size() > 0 ? outputs_.data() + (t * streams_ + b) * hidden_row_ : nullptr;
    }
    /// The gradient of the states that the step before left, (B, S H).
    float* states(std::int64_t b) { return states_.data() + b * states_row_; }
    /// The gradient of states, (T, B, S H), from the layer above and for that below; null in cells
    /// that do not read them.
    float* depth(std::int64_t t, std::int64_t b) {
        return depth_.size() > 0 ? depth_.data() + (t * streams_ + b) * states_row_ : nullptr;
    }

private:
    std::int64_t streams_;
    std::ptrdiff_t hidden_row_, states_row_;
    Buffer outputs_, hidden_, states_, depth_;
};

}  // namespace carousel
