#pragma once

// What a cell's file builds on: its arithmetic is written for one block of sixteen units, and the
// loops here run it over all blocks and streams.

#include "kernels/functions.hpp"
#include "kernels/kernels.hpp"

namespace carousel {
namespace {

/// One block of units in one step of a `Cell`. `forward` turns the gates from pre-activations into
/// activations and fills `state` and `hidden`. `backward` finds what forward left, and turns the
/// gates into the gradients of the pre-activations, `grad_state` from the gradient of c(t) into
/// that of c(t-1), and fills `grad_hidden_before` with what reaches h(t-1) other than through
/// gates. `below` are the states of the layer below, `output` is what the layer above reads, where
/// the cell has them.
template <class Cell>
struct Unit {
    static constexpr CellShape k_shape = Cell::k_shape;
    template <std::int64_t count>
    using Numbers = F16[count > 0 ? count : 1];

    Numbers<k_shape.gates> gate;
    Numbers<k_shape.states> before, state, grad_state;
    Numbers<k_shape.diagonals> diagonal, grad_diagonal;  ///< the latter is what this step adds
    F16 hidden_before, hidden, grad_hidden, grad_hidden_before;
    Numbers<k_shape.reads_below ? k_shape.states : 0> below, grad_below;
    F16 output, grad_output;
};

template <std::size_t n>
CAROUSEL_INLINE void load_block(F16 (&values)[n], const float* from, std::int64_t count) {
#pragma GCC unroll 8
    for (std::int64_t i = 0; i < count; ++i) values[i] = load(from + i * k_lanes);
}

template <std::size_t n>
CAROUSEL_INLINE void store_block(const F16 (&values)[n], float* to, std::int64_t count) {
#pragma GCC unroll 8
    for (std::int64_t i = 0; i < count; ++i) store(to + i * k_lanes, values[i]);
}

/// The states of the layer below; layer 0 has none.
template <class Cell>
CAROUSEL_INLINE void load_below(Unit<Cell>& x, const float* states_below, std::ptrdiff_t at) {
    if constexpr (Cell::k_shape.reads_below) {
        if (states_below != nullptr) {
            load_block(x.below, states_below + at, Cell::k_shape.states);
        } else {
            for (auto& state : x.below) state = broadcast(0.0F);
        }
    }
}

template <class Cell>
void cell_forward(const CellForward& s) {
    constexpr auto& k = Cell::k_shape;
    for (std::int64_t r = 0; r < s.rows; ++r) {
        for (std::int64_t u = 0; u < s.blocks; ++u) {
            Unit<Cell> x;
            float* gates = s.gates + r * s.gates_row + u * k.gates * k_lanes;
            const std::ptrdiff_t states = r * s.states_row + u * k.states * k_lanes;
            const std::ptrdiff_t hidden = r * s.hidden_row + u * k_lanes;
            load_block(x.gate, gates, k.gates);
            load_block(x.before, s.states_before + states, k.states);
            load_block(x.diagonal, s.diagonal + u * k.diagonals * k_lanes, k.diagonals);
            if constexpr (k.keeps_output) x.hidden_before = load(s.hidden_before + hidden);
            load_below(x, s.states_below, states);
            Cell::forward(x);
            store_block(x.gate, gates, k.gates);
            store_block(x.state, s.states + states, k.states);
            store(s.hidden + hidden, x.hidden);
            if constexpr (k.two_outputs) store(s.output + hidden, x.output);
        }
    }
}

/// What reaches h(t-1) directly; at the window's start there is nothing to reach.
CAROUSEL_INLINE void add_to_past(const CellBackward& s, std::int64_t r, std::int64_t u, F16 grad) {
    if (s.grad_hidden_before == nullptr) return;
    float* past = s.grad_hidden_before + r * s.grad_hidden_row + u * k_lanes;
    store(past, load(past) + grad);
}

template <class Cell>
void cell_backward(const CellBackward& s) {
    constexpr auto& k = Cell::k_shape;
    for (std::int64_t r = 0; r < s.rows; ++r) {
        for (std::int64_t u = 0; u < s.blocks; ++u) {
            Unit<Cell> x;
            float* gates = s.gates + r * s.gates_row + u * k.gates * k_lanes;
            const std::ptrdiff_t states = r * s.states_row + u * k.states * k_lanes;
            float* carried = s.grad_states + r * s.grad_states_row + u * k.states * k_lanes;
            const std::ptrdiff_t hidden = r * s.hidden_row + u * k_lanes;
            load_block(x.gate, gates, k.gates);
            load_block(x.before, s.states_before + states, k.states);
            load_block(x.state, s.states + states, k.states);
            load_block(x.grad_state, carried, k.states);
            load_block(x.diagonal, s.diagonal + u * k.diagonals * k_lanes, k.diagonals);
            if constexpr (k.keeps_output) x.hidden_before = load(s.hidden_before + hidden);
            x.hidden = load(s.hidden + hidden);
            x.grad_hidden = load(s.grad_hidden + r * s.grad_hidden_row + u * k_lanes);
            if constexpr (k.two_outputs)
                x.grad_output = load(s.grad_output + r * s.grad_hidden_row + u * k_lanes);
            load_below(x, s.states_below, states);
            if constexpr (k.reads_below) {
                float* depth = s.grad_depth + states;
                for (std::int64_t i = 0; i < k.states; ++i)
                    x.grad_state[i] = x.grad_state[i] + load(depth + i * k_lanes);
                Cell::backward(x);
                store_block(x.grad_below, depth, k.states);
            } else {
                Cell::backward(x);
            }
            store_block(x.gate, gates, k.gates);
            store_block(x.grad_state, carried, k.states);
            if constexpr (k.diagonals > 0) {
                float* sum = s.grad_diagonal + r * s.grad_diagonal_row + u * k.diagonals * k_lanes;
                for (std::int64_t i = 0; i < k.diagonals; ++i, sum += k_lanes)
                    store(sum, load(sum) + x.grad_diagonal[i]);
            }
            if constexpr (k.keeps_output) add_to_past(s, r, u, x.grad_hidden_before);
        }
    }
}

/// The stage before, of cells with mixed or normalized gates: from gates and h(t-1) to v, and back.
/// It sees the gates before these only, and states where gates are normalized.
template <class Cell>
void mix_forward(const CellForward& s) {
    constexpr auto& k = Cell::k_shape;
    for (std::int64_t r = 0; r < s.rows; ++r) {
        for (std::int64_t u = 0; u < s.blocks; ++u) {
            Unit<Cell> x;
            float* gates = s.gates + r * s.gates_row + u * k.gates * k_lanes;
            const std::ptrdiff_t hidden = r * s.hidden_row + u * k_lanes;
            load_block(x.gate, gates, second_stage(k).first);
            if constexpr (is_normalized(k))
                load_block(x.before, s.states_before + r * s.states_row + u * k.states * k_lanes,
                           k.states);
            if constexpr (k.keeps_output) x.hidden_before = load(s.hidden_before + hidden);
            store(s.hidden + hidden, Cell::mix(x));
            store_block(x.gate, gates, second_stage(k).first);
        }
    }
}
template <class Cell>
void mix_backward(const CellBackward& s) {
    constexpr auto& k = Cell::k_shape;
    for (std::int64_t r = 0; r < s.rows; ++r) {
        for (std::int64_t u = 0; u < s.blocks; ++u) {
            Unit<Cell> x;
            float* gates = s.gates + r * s.gates_row + u * k.gates * k_lanes;
            load_block(x.gate, gates, second_stage(k).first);
            float* carried = s.grad_states + r * s.grad_states_row + u * k.states * k_lanes;
            if constexpr (is_normalized(k)) {
                load_block(x.before, s.states_before + r * s.states_row + u * k.states * k_lanes,
                           k.states);
                load_block(x.grad_state, carried, k.states);
            }
            if constexpr (k.keeps_output)
                x.hidden_before = load(s.hidden_before + r * s.hidden_row + u * k_lanes);
            Cell::mix_backward(x, load(s.grad_hidden + r * s.grad_hidden_row + u * k_lanes));
            store_block(x.gate, gates, second_stage(k).first);
            if constexpr (is_normalized(k)) store_block(x.grad_state, carried, k.states);
            if constexpr (k.keeps_output) add_to_past(s, r, u, x.grad_hidden_before);
        }
    }
}

/// What a shape must be, see `CellShape` and docs/contributing.md.
constexpr bool feeds_each_gate(const CellShape& k) {
    const auto feeds = [](const GateRange& range, std::int64_t gate) {
        return gate >= range.first && gate < range.first + range.count;
    };
    for (std::int64_t gate = 0; gate < k.gates; ++gate) {
        if (!feeds(k.input, gate) && !feeds(k.recurrent, gate) && !feeds(k.normalized, gate))
            return false;
    }
    return true;
}
constexpr bool has_sound_rounds(const CellShape& k) {
    return k.rounds == 0 || (k.input == GateRange{0, k.gates} && k.recurrent == k.input);
}
constexpr bool has_sound_sums(const CellShape& k) {
    return !is_normalized(k) || (k.mixed.count == 0 && k.recurrent.count > 0);
}
constexpr bool has_sound_attention(const CellShape& k) {
    return k.attention_span % k_lanes == 0 && (k.attention_span == 0 || !k.two_outputs);
}

template <class Cell>
constexpr CellKernels cell_kernels() {
    constexpr auto& k = Cell::k_shape;
    static_assert(feeds_each_gate(k) && has_sound_rounds(k) && has_sound_sums(k) &&
                  has_sound_attention(k));
    if constexpr (second_stage(k).count > 0) {
        return {k, cell_forward<Cell>, cell_backward<Cell>, mix_forward<Cell>, mix_backward<Cell>};
    } else {
        return {k, cell_forward<Cell>, cell_backward<Cell>, nullptr, nullptr};
    }
}

// Pieces that many cells share.

/// Derivatives of the activations by their arguments, from the activations.
CAROUSEL_INLINE F16 sigmoid_slope(F16 y) {
    return y * (broadcast(1.0F) - y);
}
CAROUSEL_INLINE F16 tanh_slope(F16 y) {
    return broadcast(1.0F) - y * y;
}

}  // namespace
}  // namespace carousel
