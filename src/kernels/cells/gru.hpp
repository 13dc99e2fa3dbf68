#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// GRU whose reset gate comes after the product, as in cuDNN and PyTorch:
/// n = tanh(n_x + r n_h), h = (1 - z) n + z h(t-1) (after Cho et al. 2014; docs/model.md). The
/// candidate's two shares are gates of their own, so that W and U stay one product each.
struct Gru {
    enum { n_x, r, z, n_h };
    static constexpr CellShape k_shape = cell_shapes::k_gru;

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[r] = sigmoid(x.gate[r]);
        x.gate[z] = sigmoid(x.gate[z]);
        const F16 n = hyperbolic_tangent(fma(x.gate[r], x.gate[n_h], x.gate[n_x]));
        x.gate[n_x] = n;
        x.hidden = fma(x.gate[z], x.hidden_before - n, n);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 n = x.gate[n_x], a_r = x.gate[r], a_z = x.gate[z];
        const F16 dn = x.grad_hidden * (broadcast(1.0F) - a_z) * tanh_slope(n);
        x.gate[r] = dn * x.gate[n_h] * sigmoid_slope(a_r);
        x.gate[z] = x.grad_hidden * (x.hidden_before - n) * sigmoid_slope(a_z);
        x.gate[n_x] = dn;
        x.gate[n_h] = dn * a_r;
        x.grad_hidden_before = x.grad_hidden * a_z;
    }
};

}  // namespace
}  // namespace carousel
