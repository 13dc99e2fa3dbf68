#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// What an LSTM does with its gates i, f, g, o, which stand from gate `first` on.
template <int first>
struct LstmArithmetic {
    enum { i = first, f, g, o };

    static CAROUSEL_INLINE void forward(auto& x) {
        remember(x.gate, x.before[0], x.state[0], x.hidden);
    }
    static CAROUSEL_INLINE void backward(auto& x) {
        return_gradient(x.gate, x.before[0], x.state[0], x.grad_hidden, x.grad_state[0]);
    }

    static CAROUSEL_INLINE void remember(auto& gate, F16 before, F16& state, F16& hidden) {
        gate[i] = sigmoid(gate[i]);
        gate[f] = sigmoid(gate[f]);
        gate[g] = hyperbolic_tangent(gate[g]);
        gate[o] = sigmoid(gate[o]);
        state = fma(gate[f], before, gate[i] * gate[g]);
        hidden = gate[o] * hyperbolic_tangent(state);
    }
    static CAROUSEL_INLINE void return_gradient(auto& gate, F16 before, F16 state, F16 grad_hidden,
                                                F16& grad_state) {
        const F16 a_i = gate[i], a_f = gate[f], a_g = gate[g], a_o = gate[o];
        const F16 tanh_c = hyperbolic_tangent(state);  // cheaper to repeat than to keep
        const F16 dc = fma(grad_hidden * a_o, tanh_slope(tanh_c), grad_state);
        gate[i] = dc * a_g * sigmoid_slope(a_i);
        gate[f] = dc * before * sigmoid_slope(a_f);
        gate[g] = dc * a_i * tanh_slope(a_g);
        gate[o] = grad_hidden * tanh_c * sigmoid_slope(a_o);
        grad_state = dc * a_f;
    }
};

/// LSTM with a forget gate (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000):
/// c = f c(t-1) + i g, h = o tanh c.
struct Lstm : LstmArithmetic<0> {
    static constexpr CellShape k_shape = cell_shapes::k_lstm;
};

}  // namespace
}  // namespace carousel
