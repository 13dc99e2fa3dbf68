#pragma once

#include "kernels/cell.hpp"

namespace carousel {
namespace {

/// RNN whose units work at periods of their own and keep their output in between: at the steps of
/// its module h = tanh a, else h = h(t-1) (Koutník, Greff, Gomez & Schmidhuber 2014). The state is
/// the number of steps since the unit worked; its diagonal, which is not learned, the period.
struct Clockwork {
    enum { a };
    static constexpr CellShape k_shape = cell_shapes::k_clockwork;

    static CAROUSEL_INLINE void forward(auto& x) {
        const F16 next = x.before[0] + broadcast(1.0F), none = broadcast(0.0F);
        x.hidden = where_less(x.before[0], broadcast(0.5F), hyperbolic_tangent(x.gate[a]),
                              x.hidden_before);
        x.state[0] = where_less(next, x.diagonal[0], next, none);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        const F16 half = broadcast(0.5F), none = broadcast(0.0F);
        x.gate[a] = where_less(x.before[0], half, x.grad_hidden * tanh_slope(x.hidden), none);
        x.grad_hidden_before = where_less(x.before[0], half, none, x.grad_hidden);
        x.grad_state[0] = x.grad_diagonal[0] = none;
    }
};

}  // namespace
}  // namespace carousel
