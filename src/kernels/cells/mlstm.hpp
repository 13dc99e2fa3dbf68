#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM whose recurrent input depends on the symbol: v = m_x m_h takes the place of h(t-1)
/// (multiplicative LSTM; Krause, Lu, Murray & Renals 2016), with biases on both factors.
struct MultiplicativeLstm {
    enum { m_h, m_x, i, f, g, o };
    static constexpr CellShape k_shape{.gates = 6,
                                       .input = {m_x, 5},
                                       .recurrent = {m_h, 1},
                                       .mixed = {i, 4},
                                       .states = 1,
                                       .forget_gate = f};

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[i] = sigmoid(x.gate[i]);
        x.gate[f] = sigmoid(x.gate[f]);
        x.gate[g] = hyperbolic_tangent(x.gate[g]);
        x.gate[o] = sigmoid(x.gate[o]);
        x.state[0] = fma(x.gate[f], x.before[0], x.gate[i] * x.gate[g]);
        x.hidden = x.gate[o] * hyperbolic_tangent(x.state[0]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_i = x.gate[i], a_f = x.gate[f], a_g = x.gate[g], a_o = x.gate[o];
        const F16 tanh_c = hyperbolic_tangent(x.state[0]);
        const F16 dc = fma(x.grad_hidden * a_o, tanh_slope(tanh_c), x.grad_state[0]);
        x.gate[i] = dc * a_g * sigmoid_slope(a_i);
        x.gate[f] = dc * x.before[0] * sigmoid_slope(a_f);
        x.gate[g] = dc * a_i * tanh_slope(a_g);
        x.gate[o] = x.grad_hidden * tanh_c * sigmoid_slope(a_o);
        x.grad_state[0] = dc * a_f;
    }

    static CAROUSEL_INLINE F16 mix(auto& x) { return x.gate[m_h] * x.gate[m_x]; }

    static CAROUSEL_INLINE void mix_backward(auto& x, F16 grad_mixed) {
        const F16 share_h = x.gate[m_h];
        x.gate[m_h] = grad_mixed * x.gate[m_x];
        x.gate[m_x] = grad_mixed * share_h;
    }
};

}  // namespace
}  // namespace carousel
