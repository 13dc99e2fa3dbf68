#pragma once

#include <cstdint>

#include "cpu/layer_normalization.hpp"
#include "cpu/thread_pool.hpp"
#include "kernels/kernels.hpp"
#include "model/language_model_config.hpp"

// What one layer keeps over a window, and where the arithmetic of a step finds its part of it.

namespace carousel {

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

class Mogrifier;

/// Of cells with attention over N outputs: queries and contexts (T, B, H), row length `hidden_row`;
/// the shares of the outputs before, (T, B, N), nearest first.
struct AttentionWindow {
    float *queries = nullptr, *shares = nullptr, *contexts = nullptr;
};

/// The activations of one layer over a window, time-major: what forward leaves for backward.
struct LayerWindow {
    CellKind cell = CellKind::lstm;
    std::int64_t window = 0, batch_size = 0, hidden_size = 0;
    float* gates = nullptr;  ///< (T, B, G H in blocks of units); row length `gates_row`
    float* states =
        nullptr;  ///< (T + 1, B, S H in blocks), slot 0 carried; row length `states_row`
    /// (T + 1, B, H), slot 0 carried; row length `hidden_row`. Cells with attention carry N
    /// outputs, slots 1 - N to 0.
    float* hidden = nullptr;
    float* mixed = nullptr;   ///< (T, B, H), of cells of two stages; row length `hidden_row`
    float* output = nullptr;  ///< (T, B, H), of cells with two outputs; row length `hidden_row`
    AttentionWindow attention{};
    const float* states_below = nullptr;  ///< `states` of the layer below, null in layer 0
    std::ptrdiff_t gates_row = 0, states_row = 0, hidden_row = 0;
    GatheredRows start;              ///< of the gates; layer 0 only
    Mogrifier* mogrifier = nullptr;  ///< of cells with rounds, and then there is no start
    GatheredRows inputs;             ///< which the rounds read
    NormalizedWindow normalized;

    const CellShape& shape() const { return cell_shape(cell); }
    std::int64_t blocks() const { return panels_for(hidden_size); }

    float* gates_at(std::int64_t t, std::int64_t b = 0) const {
        return gates + (t * batch_size + b) * gates_row;
    }
    GateRows gate_rows(std::int64_t t = 0, std::int64_t b = 0) const {
        return {gates_at(t, b), gates_row, blocks(), shape().gates};
    }
    /// Slot t holds what was before step t, slot t + 1 what is after it.
    std::ptrdiff_t hidden_offset(std::int64_t slot, std::int64_t b = 0) const {
        return (slot * batch_size + b) * hidden_row;
    }
    /// What the layer above reads: (T, B, H), row length `hidden_row`.
    const float* outputs() const { return output != nullptr ? output : hidden + hidden_offset(1); }
    std::ptrdiff_t states_offset(std::int64_t slot, std::int64_t b = 0) const {
        return (slot * batch_size + b) * states_row;
    }
};

/// What each step multiplies with: panels of U and V (forward) or of their transposes (backward),
/// the diagonal weights, and the gains; null where the cell has none. And the biases, which belong
/// to steps where sums are normalized.
struct RecurrentWeights {
    const float *recurrent = nullptr, *mixed = nullptr, *diagonal = nullptr;
    const float *gain = nullptr, *bias = nullptr;
};

/// Gradients that backward carries from step to step. `states`, `diagonal` and `gain` must be zero
/// at the start, and `hidden` of a cell with two outputs: no gradient enters from beyond the
/// window.
struct RecurrentGradients {
    float* hidden = nullptr;  ///< (T, B, H), of h; row length `hidden_row`
    float* states = nullptr;  ///< (B, S H)
    float* depth = nullptr;   ///< (T, B, S H), of states: from the layer above, for that below
    const float* output = nullptr;  ///< (T, B, H), of the second output; row length `hidden_row`
    float* mixed = nullptr;         ///< (B, H), scratch
    float* diagonal = nullptr;      ///< (B, P H in blocks), what each stream adds to its gradient
    std::ptrdiff_t diagonal_row = 0;
    GainGradients gain;      ///< a row for each stream
    bool truncated = false;  ///< none goes through the gates to h(t-1)
};

/// What the cell's arithmetic reads and writes at step t, for these streams and blocks of units.
CellForward forward_step(const LayerWindow& layer, std::int64_t t, Range streams, Range blocks,
                         const RecurrentWeights& weights);
CellBackward backward_step(const LayerWindow& layer, std::int64_t t, Range streams, Range blocks,
                           const RecurrentWeights& weights, const RecurrentGradients& gradients);

}  // namespace carousel
