#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// The first LSTM, without a forget gate: c = c(t-1) + i g, the constant error carousel; g in
/// [-2, 2] and h = o (2 s(c) - 1) as in the paper (Hochreiter & Schmidhuber 1997, appendix A.1).
struct Lstm1997 {
    enum { i, g, o };
    static constexpr CellShape k_shape = cell_shapes::k_lstm1997;

    static CAROUSEL_INLINE void forward(auto& x) {
        // 4 s(a) - 2 = 2 tanh(a / 2) and 2 s(c) - 1 = tanh(c / 2)
        const F16 half = broadcast(0.5F), candidate = hyperbolic_tangent(half * x.gate[g]);
        x.gate[i] = sigmoid(x.gate[i]);
        x.gate[g] = candidate + candidate;
        x.gate[o] = sigmoid(x.gate[o]);
        x.state[0] = fma(x.gate[i], x.gate[g], x.before[0]);
        x.hidden = x.gate[o] * hyperbolic_tangent(half * x.state[0]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 half = broadcast(0.5F);
        const F16 a_i = x.gate[i], a_g = x.gate[g], a_o = x.gate[o];
        const F16 shown = hyperbolic_tangent(half * x.state[0]);
        const F16 dc = fma(x.grad_hidden * a_o, half * tanh_slope(shown), x.grad_state[0]);
        x.gate[i] = dc * a_g * sigmoid_slope(a_i);
        x.gate[g] = dc * a_i * tanh_slope(half * a_g);
        x.gate[o] = x.grad_hidden * shown * sigmoid_slope(a_o);
        x.grad_state[0] = dc;  // the constant error carousel
    }
};

}  // namespace
}  // namespace carousel
