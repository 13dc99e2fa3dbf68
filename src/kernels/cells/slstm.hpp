#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM with exponential gates, kept in range by a normaliser n and a stabiliser m: c = f c(t-1) +
/// i g, n = f n(t-1) + i, h = o c / n (sLSTM; Beck et al. 2024, section 2.2). What m is makes no
/// difference to h, so it is a constant in backward.
struct ExponentialLstm {
    enum { i, f, g, o };
    enum { c, n, m };
    static constexpr CellShape k_shape = cell_shapes::k_slstm;

    static CAROUSEL_INLINE void forward(auto& x) {
        const F16 one = broadcast(1.0F), zero = broadcast(0.0F);
        const F16 log_i = x.gate[i];
        const F16 kept = log_sigmoid(x.gate[f]) + x.before[m];
        // Before the first step there is nothing to keep, whatever m says.
        x.state[m] = where_less(zero, x.before[n], max(kept, log_i), log_i);
        x.gate[f] = min(one, exponential(kept - x.state[m]));
        x.gate[i] = min(one, exponential(log_i - x.state[m]));
        x.gate[g] = hyperbolic_tangent(x.gate[g]);
        x.gate[o] = sigmoid(x.gate[o]);
        x.state[c] = fma(x.gate[f], x.before[c], x.gate[i] * x.gate[g]);
        x.state[n] = fma(x.gate[f], x.before[n], x.gate[i]);
        x.hidden = x.gate[o] * (x.state[c] / x.state[n]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 one = broadcast(1.0F);
        const F16 a_i = x.gate[i], a_f = x.gate[f], a_g = x.gate[g], a_o = x.gate[o];
        const F16 mean = x.state[c] / x.state[n], share = x.grad_hidden * a_o / x.state[n];
        const F16 dc = x.grad_state[c] + share, dn = x.grad_state[n] - share * mean;
        // f = s(a) exp(m(t-1) - m), and the derivative of log s(a) is 1 - s(a).
        const F16 s_f = min(one, a_f * exponential(x.state[m] - x.before[m]));
        x.gate[i] = fma(dc, a_g, dn) * a_i;
        x.gate[f] = fma(dc, x.before[c], dn * x.before[n]) * a_f * (one - s_f);
        x.gate[g] = dc * a_i * tanh_slope(a_g);
        x.gate[o] = x.grad_hidden * mean * sigmoid_slope(a_o);
        x.grad_state[c] = dc * a_f;
        x.grad_state[n] = dn * a_f;
        x.grad_state[m] = broadcast(0.0F);
    }
};

}  // namespace
}  // namespace carousel
