#pragma once

// LSTM whose input gate is at most what the forget gate leaves: min(i, 1 - f), so that the cell
// state stays within [-1, 1] (Melis, Dyer & Blunsom 2018, section 2). Gates: i, f, g, o.

#include "kernels/functions.hpp"
#include "kernels/kernels.hpp"

namespace carousel {
namespace {

void capped_lstm_forward(const CellForward& s) {
    const F16 one = broadcast(1.0F);
    for (std::int64_t r = 0; r < s.rows; ++r) {
        float* gates = s.gates + r * s.gates_row;
        for (std::int64_t u = 0; u < s.blocks; ++u, gates += 4 * k_lanes) {
            const std::ptrdiff_t at = r * s.cell_row + u * k_lanes;
            const F16 i = sigmoid(load(gates));
            const F16 f = sigmoid(load(gates + k_lanes));
            const F16 g = hyperbolic_tangent(load(gates + 2 * k_lanes));
            const F16 o = sigmoid(load(gates + 3 * k_lanes));
            const F16 c = fma(f, load(s.cell_before + at), min(i, one - f) * g);
            store(gates, i);
            store(gates + k_lanes, f);
            store(gates + 2 * k_lanes, g);
            store(gates + 3 * k_lanes, o);
            store(s.cell + at, c);
            store(s.hidden + r * s.hidden_row + u * k_lanes, o * hyperbolic_tangent(c));
        }
    }
}

void capped_lstm_backward(const CellBackward& s) {
    const F16 one = broadcast(1.0F), zero = broadcast(0.0F);
    for (std::int64_t r = 0; r < s.rows; ++r) {
        float* gates = s.gates + r * s.gates_row;
        for (std::int64_t u = 0; u < s.blocks; ++u, gates += 4 * k_lanes) {
            const std::ptrdiff_t at = r * s.cell_row + u * k_lanes;
            float* carried = s.grad_cell + r * s.grad_cell_row + u * k_lanes;
            const F16 i = load(gates), f = load(gates + k_lanes);
            const F16 g = load(gates + 2 * k_lanes), o = load(gates + 3 * k_lanes);
            const F16 dh = load(s.grad_hidden + r * s.grad_hidden_row + u * k_lanes);
            const F16 tanh_c = hyperbolic_tangent(load(s.cell + at));
            const F16 dc = fma(dh * o, one - tanh_c * tanh_c, load(carried));
            // Only the smaller of i and 1 - f let g in, and only it is told of it.
            const F16 rest = one - f, admitted = dc * g;
            const F16 di = where_less(i, rest, admitted, zero);
            const F16 df = dc * load(s.cell_before + at) - where_less(i, rest, zero, admitted);
            store(gates, di * (i * (one - i)));
            store(gates + k_lanes, df * (f * (one - f)));
            store(gates + 2 * k_lanes, dc * min(i, rest) * (one - g * g));
            store(gates + 3 * k_lanes, dh * tanh_c * (o * (one - o)));
            store(carried, dc * f);
        }
    }
}

}  // namespace
}  // namespace carousel
