#pragma once

#include "kernels/functions.hpp"
#include "kernels/kernels.hpp"

// One vector scales another by twice a sigmoid, forward and backward: a round of cells that have
// them (Melis, Kočiský & Blunsom 2020).

namespace carousel {
namespace {

void modulate(const Modulation& s) {
    const F16 two = broadcast(2.0F);
    for (std::int64_t j = 0; j < s.count; j += k_lanes) {
        const F16 gate = two * sigmoid(load(s.gate + j));
        store(s.gate + j, gate);
        store(s.out + j, gate * load(s.in + j));
    }
}

void modulate_backward(const ModulationBackward& s) {
    const F16 one = broadcast(1.0F), minus_half = broadcast(-0.5F);
    for (std::int64_t j = 0; j < s.count; j += k_lanes) {
        const F16 gate = load(s.gate + j), grad = load(s.grad + j);
        // The slope of y = 2 sigmoid(a) is y (1 - y / 2).
        store(s.gate + j, grad * load(s.in + j) * (gate * fma(minus_half, gate, one)));
        store(s.grad + j, grad * gate);
    }
}

}  // namespace
}  // namespace carousel
