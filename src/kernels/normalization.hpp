#pragma once

#include "kernels/kernels.hpp"
#include "kernels/vector.hpp"

// Layer normalization in three passes over a row, which stays in the first cache: the mean, what
// each number is apart from it with the sum of squares, then the scaled result. Sums go in four
// chains of sixteen lanes and are joined in one order.

namespace carousel {
namespace {

/// 1 in the first `count` lanes, else 0.
CAROUSEL_INLINE F16 first_lanes(std::int64_t count) {
    alignas(64) float lanes[k_lanes];
    for (std::int64_t j = 0; j < k_lanes; ++j) lanes[j] = j < count ? 1.0F : 0.0F;
    return load(lanes);
}

/// The sum of piece(0), piece(1), ... in four chains, which hide the latency of the additions.
template <class Piece>
CAROUSEL_INLINE float sum_over(std::int64_t count, const Piece& piece) {
    F16 sums[4] = {broadcast(0.0F), broadcast(0.0F), broadcast(0.0F), broadcast(0.0F)};
    std::int64_t p = 0;
    for (; p + 4 <= count; p += 4) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) sums[i] = sums[i] + piece(p + i);
    }
    for (; p < count; ++p) sums[0] = sums[0] + piece(p);
    return sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

constexpr float k_normalization_epsilon = 1e-5F;

void normalize(const NormalizationForward& n) {
    const std::int64_t blocks = panels_for(n.units), pieces = blocks * n.width;
    const auto count = static_cast<float>(n.units * n.width);
    const F16 in_last = first_lanes(n.units - (blocks - 1) * k_lanes), one = broadcast(1.0F);
    for (std::int64_t r = 0; r < n.rows; ++r) {
        float* values = n.values + r * n.values_row;
        const auto lanes = [&](std::int64_t p) { return p < pieces - n.width ? one : in_last; };
        const F16 mean = broadcast(
            sum_over(pieces, [&](std::int64_t p) { return load(values + p * k_lanes); }) / count);
        const float variance = sum_over(pieces,
                                        [&](std::int64_t p) {
                                            const F16 apart =
                                                (load(values + p * k_lanes) - mean) * lanes(p);
                                            store(values + p * k_lanes, apart);
                                            return apart * apart;
                                        }) /
                               count;
        const float scale = 1.0F / __builtin_sqrtf(variance + k_normalization_epsilon);
        n.scales[r] = scale;
        for (std::int64_t u = 0; u < blocks; ++u) {
            const float* gain = n.gain + u * n.gain_block;
            float* gates = n.gates + r * n.gates_row + u * n.gates_block;
            const float* start = n.start != nullptr ? n.start + u * n.gates_block : gates;
            for (std::int64_t k = 0; k < n.width; ++k, values += k_lanes) {
                const F16 value = load(values) * broadcast(scale);
                store(values, value);
                store(gates + k * k_lanes,
                      fma(load(gain + k * k_lanes), value, load(start + k * k_lanes)));
            }
        }
    }
}

/// With d = gain δgates: δx = (d - mean of d - N(x) times the mean of d N(x)) / deviation.
void normalize_backward(const NormalizationBackward& n) {
    const std::int64_t blocks = panels_for(n.units);
    const auto count = static_cast<float>(n.units * n.width);
    const F16 in_last = first_lanes(n.units - (blocks - 1) * k_lanes), one = broadcast(1.0F);
    for (std::int64_t r = 0; r < n.rows; ++r) {
        float* values = n.values + r * n.values_row;
        F16 sum = broadcast(0.0F), product = broadcast(0.0F);
        for (std::int64_t u = 0; u < blocks; ++u) {
            const float* gain = n.gain + u * n.gain_block;
            const float* grad_gates = n.grad_gates + r * n.gates_row + u * n.gates_block;
            float* grad_gain = n.grad_gain + r * n.grad_gain_row + u * n.gain_block;
            for (std::int64_t k = 0; k < n.width; ++k) {
                const std::int64_t at = k * k_lanes;
                const F16 value = load(values + u * n.width * k_lanes + at);
                const F16 grad = load(grad_gates + at), d = load(gain + at) * grad;
                store(grad_gain + at, fma(grad, value, load(grad_gain + at)));
                sum = sum + d;
                product = fma(d, value, product);
            }
        }
        const F16 mean = broadcast(sum_lanes(sum) / count),
                  along = broadcast(sum_lanes(product) / count), scale = broadcast(n.scales[r]);
        for (std::int64_t u = 0; u < blocks; ++u) {
            const float* gain = n.gain + u * n.gain_block;
            const float* grad_gates = n.grad_gates + r * n.gates_row + u * n.gates_block;
            const F16 lanes = u + 1 < blocks ? one : in_last;
            for (std::int64_t k = 0; k < n.width; ++k, values += k_lanes) {
                const F16 d = load(gain + k * k_lanes) * load(grad_gates + k * k_lanes);
                store(values, ((d - mean) - load(values) * along) * scale * lanes);
            }
        }
    }
}

}  // namespace
}  // namespace carousel
