#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM whose input gate is at most what the forget gate leaves: min(i, 1 - f), so that the cell
/// state stays within [-1, 1] (Melis, Dyer & Blunsom 2018, section 2).
struct CappedLstm {
    enum { i, f, g, o };
    static constexpr CellShape k_shape = cell_shapes::k_capped_lstm;

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[i] = sigmoid(x.gate[i]);
        x.gate[f] = sigmoid(x.gate[f]);
        x.gate[g] = hyperbolic_tangent(x.gate[g]);
        x.gate[o] = sigmoid(x.gate[o]);
        const F16 admitted = min(x.gate[i], broadcast(1.0F) - x.gate[f]) * x.gate[g];
        x.state[0] = fma(x.gate[f], x.before[0], admitted);
        x.hidden = x.gate[o] * hyperbolic_tangent(x.state[0]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_i = x.gate[i], a_f = x.gate[f], a_g = x.gate[g], a_o = x.gate[o];
        const F16 tanh_c = hyperbolic_tangent(x.state[0]);
        const F16 dc = fma(x.grad_hidden * a_o, tanh_slope(tanh_c), x.grad_state[0]);
        // Only the smaller of i and 1 - f lets g in, and only it is told of it.
        const F16 zero = broadcast(0.0F), rest = broadcast(1.0F) - a_f, admitted = dc * a_g;
        x.gate[i] = where_less(a_i, rest, admitted, zero) * sigmoid_slope(a_i);
        x.gate[f] = (dc * x.before[0] - where_less(a_i, rest, zero, admitted)) * sigmoid_slope(a_f);
        x.gate[g] = dc * min(a_i, rest) * tanh_slope(a_g);
        x.gate[o] = x.grad_hidden * tanh_c * sigmoid_slope(a_o);
        x.grad_state[0] = dc * a_f;
    }
};

}  // namespace
}  // namespace carousel
