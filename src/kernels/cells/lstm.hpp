#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// What an LSTM does with its gates i, f, g, o, which stand from gate `first` on.
template <int first>
struct LstmArithmetic {
    enum { i = first, f, g, o };

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
        const F16 tanh_c = hyperbolic_tangent(x.state[0]);  // cheaper to repeat than to keep
        const F16 dc = fma(x.grad_hidden * a_o, tanh_slope(tanh_c), x.grad_state[0]);
        x.gate[i] = dc * a_g * sigmoid_slope(a_i);
        x.gate[f] = dc * x.before[0] * sigmoid_slope(a_f);
        x.gate[g] = dc * a_i * tanh_slope(a_g);
        x.gate[o] = x.grad_hidden * tanh_c * sigmoid_slope(a_o);
        x.grad_state[0] = dc * a_f;
    }
};

/// LSTM with a forget gate (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000):
/// c = f c(t-1) + i g, h = o tanh c.
struct Lstm : LstmArithmetic<0> {
    static constexpr CellShape k_shape{
        .gates = 4, .input = {0, 4}, .recurrent = {0, 4}, .states = 1, .forget_gate = f};
};

}  // namespace
}  // namespace carousel
