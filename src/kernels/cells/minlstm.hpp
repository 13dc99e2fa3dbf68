#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// LSTM whose gates do not see h(t-1), so that a window's gates are one product: h = f' h(t-1) + i'
/// g with f' = f / (f + i), i' = 1 - f' (minLSTM; Feng et al. 2024, section 3.2).
struct MinimalLstm {
    enum { f, i, g };
    static constexpr CellShape k_shape = cell_shapes::k_minlstm;

    static CAROUSEL_INLINE void forward(auto& x) {
        // f / (f + i) = s(log f - log i), which cannot be 0 / 0
        const F16 share = sigmoid(log_sigmoid(x.gate[f]) - log_sigmoid(x.gate[i]));
        x.hidden = fma(share, x.hidden_before - positive(x.gate[g]), positive(x.gate[g]));
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 one = broadcast(1.0F);
        const F16 s_f = sigmoid(x.gate[f]), s_i = sigmoid(x.gate[i]);
        const F16 share = sigmoid(log_sigmoid(x.gate[f]) - log_sigmoid(x.gate[i]));
        const F16 candidate = positive(x.gate[g]);
        const F16 slope = x.grad_hidden * (x.hidden_before - candidate) * sigmoid_slope(share);
        x.gate[g] = x.grad_hidden * (one - share) * positive_slope(x.gate[g]);
        x.gate[f] = slope * (one - s_f);
        x.gate[i] = broadcast(0.0F) - slope * (one - s_i);
        x.grad_hidden_before = x.grad_hidden * share;
    }
};

}  // namespace
}  // namespace carousel
