#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// GRU whose reset gate comes before the product, as in the published paper: n = tanh(W x + U (r
/// h(t-1))), h = z h(t-1) + (1 - z) n (Cho et al. 2014, equations 5 to 8).
struct GruBefore {
    enum { r, z, n };
    static constexpr CellShape k_shape = cell_shapes::k_gru_before;

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[z] = sigmoid(x.gate[z]);
        x.gate[n] = hyperbolic_tangent(x.gate[n]);
        x.hidden = fma(x.gate[z], x.hidden_before - x.gate[n], x.gate[n]);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_z = x.gate[z], a_n = x.gate[n];
        x.gate[z] = x.grad_hidden * (x.hidden_before - a_n) * sigmoid_slope(a_z);
        x.gate[n] = x.grad_hidden * (broadcast(1.0F) - a_z) * tanh_slope(a_n);
        x.grad_hidden_before = x.grad_hidden * a_z;
    }

    /// v = r h(t-1).
    static CAROUSEL_INLINE F16 mix(auto& x) {
        x.gate[r] = sigmoid(x.gate[r]);
        return x.gate[r] * x.hidden_before;
    }

    static CAROUSEL_INLINE void mix_backward(auto& x, F16 grad_mixed) {
        x.grad_hidden_before = grad_mixed * x.gate[r];
        x.gate[r] = grad_mixed * x.hidden_before * sigmoid_slope(x.gate[r]);
    }
};

}  // namespace
}  // namespace carousel
