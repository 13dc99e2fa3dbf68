#pragma once

// LSTM whose input and forget gate are one: i = 1 - f (CIFG; Greff, Srivastava, Koutník,
// Steunebrink & Schmidhuber 2017, section 3). Gates: f, g, o.

#include "kernels/functions.hpp"
#include "kernels/kernels.hpp"

namespace carousel {
namespace {

void cifg_forward(const CellForward& s) {
    for (std::int64_t r = 0; r < s.rows; ++r) {
        float* gates = s.gates + r * s.gates_row;
        for (std::int64_t u = 0; u < s.blocks; ++u, gates += 3 * k_lanes) {
            const std::ptrdiff_t at = r * s.cell_row + u * k_lanes;
            const F16 f = sigmoid(load(gates));
            const F16 g = hyperbolic_tangent(load(gates + k_lanes));
            const F16 o = sigmoid(load(gates + 2 * k_lanes));
            const F16 c = fma(f, load(s.cell_before + at) - g, g);  // f c + (1 - f) g
            store(gates, f);
            store(gates + k_lanes, g);
            store(gates + 2 * k_lanes, o);
            store(s.cell + at, c);
            store(s.hidden + r * s.hidden_row + u * k_lanes, o * hyperbolic_tangent(c));
        }
    }
}

void cifg_backward(const CellBackward& s) {
    const F16 one = broadcast(1.0F);
    for (std::int64_t r = 0; r < s.rows; ++r) {
        float* gates = s.gates + r * s.gates_row;
        for (std::int64_t u = 0; u < s.blocks; ++u, gates += 3 * k_lanes) {
            const std::ptrdiff_t at = r * s.cell_row + u * k_lanes;
            float* carried = s.grad_cell + r * s.grad_cell_row + u * k_lanes;
            const F16 f = load(gates), g = load(gates + k_lanes), o = load(gates + 2 * k_lanes);
            const F16 dh = load(s.grad_hidden + r * s.grad_hidden_row + u * k_lanes);
            const F16 tanh_c = hyperbolic_tangent(load(s.cell + at));
            const F16 dc = fma(dh * o, one - tanh_c * tanh_c, load(carried));
            store(gates, dc * (load(s.cell_before + at) - g) * (f * (one - f)));
            store(gates + k_lanes, dc * (one - f) * (one - g * g));
            store(gates + 2 * k_lanes, dh * tanh_c * (o * (one - o)));
            store(carried, dc * f);
        }
    }
}

}  // namespace
}  // namespace carousel
