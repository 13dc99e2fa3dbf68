#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM whose gates are sums of normalized products and whose output shows the normalized state: h
/// = o tanh n, n = γ N(c) + b (Ba, Kiros & Hinton 2016, supplementary material).
struct LayerNormLstm {
    enum { i, f, g, o, n };
    static constexpr CellShape k_shape = cell_shapes::k_layernorm_lstm;

    /// v = c(t).
    static CAROUSEL_INLINE F16 mix(auto& x) {
        x.gate[i] = sigmoid(x.gate[i]);
        x.gate[f] = sigmoid(x.gate[f]);
        x.gate[g] = hyperbolic_tangent(x.gate[g]);
        x.gate[o] = sigmoid(x.gate[o]);
        return state_of(x);
    }

    static CAROUSEL_INLINE void forward(auto& x) {
        x.state[0] = state_of(x);  // v has been normalized meanwhile
        x.gate[n] = hyperbolic_tangent(x.gate[n]);
        x.hidden = x.gate[o] * x.gate[n];
    }

    /// i, f and g wait for the gradient of c.
    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_o = x.gate[o], a_n = x.gate[n];
        x.gate[o] = x.grad_hidden * a_n * sigmoid_slope(a_o);
        x.gate[n] = x.grad_hidden * a_o * tanh_slope(a_n);
    }

    static CAROUSEL_INLINE void mix_backward(auto& x, F16 grad_mixed) {
        const F16 a_i = x.gate[i], a_f = x.gate[f], a_g = x.gate[g];
        const F16 dc = x.grad_state[0] + grad_mixed;
        x.gate[i] = dc * a_g * sigmoid_slope(a_i);
        x.gate[f] = dc * x.before[0] * sigmoid_slope(a_f);
        x.gate[g] = dc * a_i * tanh_slope(a_g);
        x.grad_state[0] = dc * a_f;
    }

private:
    static CAROUSEL_INLINE F16 state_of(const auto& x) {
        return fma(x.gate[f], x.before[0], x.gate[i] * x.gate[g]);
    }
};

}  // namespace
}  // namespace carousel
