#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// GRU whose gate does not see h(t-1), so that a window's gates are one product:
/// h = (1 - z) h(t-1) + z q(g) (minGRU; Feng et al. 2024, section 3.1; q in appendix B).
struct MinimalGru {
    enum { z, g };
    static constexpr CellShape k_shape = cell_shapes::k_mingru;

    static CAROUSEL_INLINE void forward(auto& x) {
        x.gate[z] = sigmoid(x.gate[z]);
        x.hidden = fma(x.gate[z], positive(x.gate[g]) - x.hidden_before, x.hidden_before);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 a_z = x.gate[z], a_g = x.gate[g];
        x.gate[z] = x.grad_hidden * (positive(a_g) - x.hidden_before) * sigmoid_slope(a_z);
        x.gate[g] = x.grad_hidden * a_z * positive_slope(a_g);
        x.grad_hidden_before = x.grad_hidden * (broadcast(1.0F) - a_z);
    }
};

}  // namespace
}  // namespace carousel
