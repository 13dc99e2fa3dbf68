#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM whose gates see the cell state: i and f that before the step, o that after it, each through
/// one weight a unit (Gers & Schmidhuber 2000; with tanh at the output as in Greff et al. 2017).
struct Peephole {
    enum { i, f, g, o };
    enum { p_i, p_f, p_o };
    static constexpr CellShape k_shape = cell_shapes::k_peephole;

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[i] = sigmoid(fma(x.diagonal[p_i], x.before[0], x.gate[i]));
        x.gate[f] = sigmoid(fma(x.diagonal[p_f], x.before[0], x.gate[f]));
        x.gate[g] = hyperbolic_tangent(x.gate[g]);
        x.state[0] = fma(x.gate[f], x.before[0], x.gate[i] * x.gate[g]);
        x.gate[o] = sigmoid(fma(x.diagonal[p_o], x.state[0], x.gate[o]));
        x.hidden = x.gate[o] * hyperbolic_tangent(x.state[0]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_i = x.gate[i], a_f = x.gate[f], a_g = x.gate[g], a_o = x.gate[o];
        const F16 tanh_c = hyperbolic_tangent(x.state[0]);
        x.gate[o] = x.grad_hidden * tanh_c * sigmoid_slope(a_o);
        const F16 dc = fma(x.grad_hidden * a_o, tanh_slope(tanh_c),
                           fma(x.diagonal[p_o], x.gate[o], x.grad_state[0]));
        x.gate[i] = dc * a_g * sigmoid_slope(a_i);
        x.gate[f] = dc * x.before[0] * sigmoid_slope(a_f);
        x.gate[g] = dc * a_i * tanh_slope(a_g);
        x.grad_diagonal[p_i] = x.gate[i] * x.before[0];
        x.grad_diagonal[p_f] = x.gate[f] * x.before[0];
        x.grad_diagonal[p_o] = x.gate[o] * x.state[0];
        x.grad_state[0] =
            fma(dc, a_f, fma(x.diagonal[p_i], x.gate[i], x.diagonal[p_f] * x.gate[f]));
    }
};

}  // namespace
}  // namespace carousel
