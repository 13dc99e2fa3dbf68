#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM with a gated way from the cell state of the layer below into its own: c = f c(t-1) + i g +
/// d c_below, d = s(a_d + p_c c(t-1) + p_l c_below) (depth-gated LSTM; Yao, Cohn, Vylomova, Duh &
/// Dyer 2015, equations 5 to 10), without the peepholes of its other gates.
struct DepthGatedLstm {
    enum { i, f, g, o, d };
    enum { p_c, p_l };
    static constexpr CellShape k_shape = cell_shapes::k_depth_gated;

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[i] = sigmoid(x.gate[i]);
        x.gate[f] = sigmoid(x.gate[f]);
        x.gate[g] = hyperbolic_tangent(x.gate[g]);
        x.gate[o] = sigmoid(x.gate[o]);
        x.gate[d] =
            sigmoid(fma(x.diagonal[p_l], x.below[0], fma(x.diagonal[p_c], x.before[0], x.gate[d])));
        x.state[0] = fma(x.gate[d], x.below[0], fma(x.gate[f], x.before[0], x.gate[i] * x.gate[g]));
        x.hidden = x.gate[o] * hyperbolic_tangent(x.state[0]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_i = x.gate[i], a_f = x.gate[f], a_g = x.gate[g], a_o = x.gate[o],
                  a_d = x.gate[d];
        const F16 tanh_c = hyperbolic_tangent(x.state[0]);
        const F16 dc = fma(x.grad_hidden * a_o, tanh_slope(tanh_c), x.grad_state[0]);
        const F16 dd = dc * x.below[0] * sigmoid_slope(a_d);
        x.gate[i] = dc * a_g * sigmoid_slope(a_i);
        x.gate[f] = dc * x.before[0] * sigmoid_slope(a_f);
        x.gate[g] = dc * a_i * tanh_slope(a_g);
        x.gate[o] = x.grad_hidden * tanh_c * sigmoid_slope(a_o);
        x.gate[d] = dd;
        x.grad_diagonal[p_c] = dd * x.before[0];
        x.grad_diagonal[p_l] = dd * x.below[0];
        x.grad_state[0] = fma(dd, x.diagonal[p_c], dc * a_f);
        x.grad_below[0] = fma(dd, x.diagonal[p_l], dc * a_d);
    }
};

}  // namespace
}  // namespace carousel
