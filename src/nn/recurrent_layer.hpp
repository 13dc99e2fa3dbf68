#pragma once

#include <cstdint>

#include "base/thread_pool.hpp"
#include "kernels/kernels.hpp"
#include "nn/language_model_config.hpp"

namespace carousel {

/// Rows that a layer's gates start from, when its input is a symbol: row `index[t B + b]` of
/// `rows`.
struct GatheredRows {
    const float* rows = nullptr;
    std::ptrdiff_t row = 0;
    const std::uint32_t* index = nullptr;
};

/// The activations of one layer over a window, time-major: what forward leaves for backward.
struct LayerWindow {
    CellKind cell = CellKind::lstm;
    std::int64_t window = 0, batch_size = 0, hidden_size = 0;
    float* gates = nullptr;        ///< (T, B, G H in blocks of units); row length `gates_row`
    float* cell_states = nullptr;  ///< (T + 1, B, H), slot 0 carried; row length `state_row`
    float* hidden = nullptr;       ///< (T + 1, B, H), slot 0 carried; row length `state_row`
    std::ptrdiff_t gates_row = 0, state_row = 0;
    GatheredRows start;  ///< layer 0 only

    float* gates_at(std::int64_t t, std::int64_t b = 0) const {
        return gates + (t * batch_size + b) * gates_row;
    }
    /// Slot t holds the state before step t, slot t + 1 the one after it.
    std::ptrdiff_t state_offset(std::int64_t slot, std::int64_t b = 0) const {
        return (slot * batch_size + b) * state_row;
    }
};

/// Runs the recurrent part of a layer over a window: for each t the gates, which hold the input's
/// share (or start from gathered rows), receive U h(t-1), then the cell's arithmetic fills c(t) and
/// h(t).
///
/// Law: running a window in two halves, passing the state on, equals running it whole, bit for bit.
/// Source: Hochreiter & Schmidhuber 1997; forget gate, Gers, Schmidhuber & Cummins 2000;
/// docs/model.md.
void forward_steps(ThreadPool& pool, const float* recurrent_weight, const LayerWindow& layer);

/// The same backward in time. `grad_hidden` (T, B, H; row length `state_row`) holds the gradients
/// of the outputs and receives, for t < T - 1, the share that comes back through U. `gates`
/// receives the gradients of the pre-activations. `grad_cell` (B, H) must be zero: no gradient
/// enters from beyond the window.
void backward_steps(ThreadPool& pool, const float* recurrent_transposed, const LayerWindow& layer,
                    float* grad_hidden, float* grad_cell);

}  // namespace carousel
