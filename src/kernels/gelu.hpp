#pragma once

#include "kernels/functions.hpp"
#include "kernels/kernels.hpp"

// GELU in the form with tanh (Hendrycks & Gimpel 2016, section 2), x (1 + tanh u) / 2 with
// u = √(2/π) (x + 0.044715 x³), which is x σ(2 u).

namespace carousel {
namespace {

constexpr float k_gelu_slope = 1.5957691216F;  // 2 √(2/π)
constexpr float k_gelu_cubic = 0.044715F;

CAROUSEL_INLINE F16 gelu_gate(F16 x, F16 square) {
    const F16 cubic = fma(broadcast(k_gelu_cubic), square, broadcast(1.0F));
    return sigmoid(broadcast(k_gelu_slope) * x * cubic);
}

void gelu(const float* in, float* out, std::int64_t count) {
    for (std::int64_t j = 0; j < count; j += k_lanes) {
        const F16 x = load(in + j);
        store(out + j, x * gelu_gate(x, x * x));
    }
}

/// With s = σ(2 u): the slope is s + x s (1 - s) 2 u'.
void gelu_backward(const float* in, float* grad, std::int64_t count) {
    const F16 one = broadcast(1.0F);
    for (std::int64_t j = 0; j < count; j += k_lanes) {
        const F16 x = load(in + j), square = x * x, s = gelu_gate(x, square);
        const F16 inner = broadcast(k_gelu_slope) * fma(broadcast(3 * k_gelu_cubic), square, one);
        const F16 slope = fma(x * s * (one - s), inner, s);
        store(grad + j, load(grad + j) * slope);
    }
}

}  // namespace
}  // namespace carousel
