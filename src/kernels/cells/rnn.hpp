#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// The simple recurrent network: h = tanh a (Elman 1990).
struct Rnn {
    enum { a };
    static constexpr CellShape k_shape = cell_shapes::k_rnn;

    static CAROUSEL_INLINE void forward(auto& x) { x.hidden = hyperbolic_tangent(x.gate[a]); }

    static CAROUSEL_INLINE void backward(auto& x) {
        x.gate[a] = x.grad_hidden * tanh_slope(x.hidden);
    }
};

}  // namespace
}  // namespace carousel
