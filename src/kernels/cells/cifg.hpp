#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM whose input and forget gate are one: i = 1 - f (CIFG; Greff, Srivastava, Koutník,
/// Steunebrink & Schmidhuber 2017, section 3).
struct Cifg {
    enum { f, g, o };
    static constexpr CellShape k_shape = cell_shapes::k_cifg;

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[f] = sigmoid(x.gate[f]);
        x.gate[g] = hyperbolic_tangent(x.gate[g]);
        x.gate[o] = sigmoid(x.gate[o]);
        x.state[0] = fma(x.gate[f], x.before[0] - x.gate[g], x.gate[g]);  // f c + (1 - f) g
        x.hidden = x.gate[o] * hyperbolic_tangent(x.state[0]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_f = x.gate[f], a_g = x.gate[g], a_o = x.gate[o];
        const F16 tanh_c = hyperbolic_tangent(x.state[0]);
        const F16 dc = fma(x.grad_hidden * a_o, tanh_slope(tanh_c), x.grad_state[0]);
        x.gate[f] = dc * (x.before[0] - a_g) * sigmoid_slope(a_f);
        x.gate[g] = dc * (broadcast(1.0F) - a_f) * tanh_slope(a_g);
        x.gate[o] = x.grad_hidden * tanh_c * sigmoid_slope(a_o);
        x.grad_state[0] = dc * a_f;
    }
};

}  // namespace
}  // namespace carousel
