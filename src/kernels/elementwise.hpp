#pragma once

#include "kernels/kernels.hpp"
#include "kernels/vector.hpp"

// Loops over one or several rows of numbers that lie one after the other: optimizers, sums, and the
// small vector operations of layers. Sums run in sixteen lanes that are added by one fixed tree at
// the end, so that their bits are the same for every instruction set.

namespace carousel {
namespace {

void adam(const AdamUpdate& u) {
    const F16 beta1 = broadcast(u.beta1), beta2 = broadcast(u.beta2);
    const F16 rest1 = broadcast(1.0F - u.beta1), rest2 = broadcast(1.0F - u.beta2);
    const F16 scale = broadcast(u.gradient_scale), kept = broadcast(1.0F - u.decay);
    const F16 rate = broadcast(u.rate * u.correction1), correction2 = broadcast(u.correction2);
    const F16 epsilon = broadcast(u.epsilon), average_rate = broadcast(u.average_rate);
    for (std::int64_t j = 0; j < u.count; j += k_lanes) {
        const F16 g = load(u.gradients + j) * scale;
        const F16 m = fma(beta1, load(u.first_moments + j), rest1 * g);
        const F16 v = fma(beta2, load(u.second_moments + j), rest2 * (g * g));
        store(u.first_moments + j, m);
        store(u.second_moments + j, v);
        const F16 change = (rate * m) / (square_root(v * correction2) + epsilon);
        const F16 w = load(u.weights + j) * kept - change;
        store(u.weights + j, w);
        if (u.averages == nullptr) continue;
        const F16 average = load(u.averages + j);
        store(u.averages + j, fma(average_rate, w - average, average));
    }
}

void dynamic_update(const DynamicUpdate& u) {
    const F16 rate = broadcast(u.rate), pull = broadcast(u.pull), one = broadcast(1.0F);
    const F16 epsilon = broadcast(u.epsilon);
    for (std::int64_t j = 0; j < u.count; j += k_lanes) {
        const F16 w = load(u.weights + j), rms = load(u.rms + j);
        const F16 change = (rate * load(u.gradients + j)) / (rms + epsilon);
        const F16 back = min(one, pull * rms) * (load(u.original + j) - w);
        store(u.weights + j, (w - change) + back);
    }
}

void momentum(const MomentumUpdate& u) {
    const F16 beta = broadcast(u.beta), rest = broadcast(1.0F - u.beta);
    const F16 scale = broadcast(u.gradient_scale);
    for (std::int64_t j = 0; j < u.count; j += k_lanes) {
        const F16 g = rest * (load(u.gradients + j) * scale);
        const F16 m = fma(beta, load(u.moments + j), g);
        store(u.moments + j, m);
        store(u.direction + j, fma(beta, m, g));
    }
}

void step(const DirectionStep& s) {
    const F16 rate = broadcast(-s.rate), kept = broadcast(1.0F - s.decay);
    const F16 average_rate = broadcast(s.average_rate);
    for (std::int64_t j = 0; j < s.count; j += k_lanes) {
        const F16 w = fma(rate, load(s.direction + j), load(s.weights + j) * kept);
        store(s.weights + j, w);
        if (s.averages == nullptr) continue;
        const F16 average = load(s.averages + j);
        store(s.averages + j, fma(average_rate, w - average, average));
    }
}

double sum_of_squares(const float* values, std::int64_t count) {
    // Four chains, so that the latency of the multiply-add is hidden and memory is the only limit.
    F16 sums[4] = {broadcast(0.0F), broadcast(0.0F), broadcast(0.0F), broadcast(0.0F)};
    std::int64_t j = 0;
    for (; j + 4 * k_lanes <= count; j += 4 * k_lanes) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
            const F16 x = load(values + j + i * k_lanes);
            sums[i] = fma(x, x, sums[i]);
        }
    }
    for (; j < count; j += k_lanes) {
        const F16 x = load(values + j);
        sums[0] = fma(x, x, sums[0]);
    }
    return double{sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]))};
}

double dot(const float* a, const float* b, std::int64_t count) {
    F16 sum = broadcast(0.0F);
    std::int64_t j = 0;
    for (; j + k_lanes <= count; j += k_lanes) sum = fma(load(a + j), load(b + j), sum);
    if (j < count) sum = fma(load_rest(a + j, count - j), load_rest(b + j, count - j), sum);
    return double{sum_lanes(sum)};
}

void project_out(float* row, const float* unit, std::int64_t count) {
    const auto amount = static_cast<float>(-dot(row, unit, count));
    const F16 factor = broadcast(amount);
    std::int64_t j = 0;
    for (; j + k_lanes <= count; j += k_lanes)
        store(row + j, fma(factor, load(unit + j), load(row + j)));
    alignas(64) float lanes[k_lanes];
    if (j < count)
        store(lanes, fma(factor, load_rest(unit + j, count - j), load_rest(row + j, count - j)));
    for (std::int64_t rest = j; rest < count; ++rest) row[rest] = lanes[rest - j];
}

void add(float* out, const float* in, std::int64_t count) {
    for (std::int64_t j = 0; j < count; j += k_lanes) store(out + j, load(out + j) + load(in + j));
}

void add_squares(float* out, const float* in, std::int64_t count) {
    for (std::int64_t j = 0; j < count; j += k_lanes) {
        const F16 x = load(in + j);
        store(out + j, fma(x, x, load(out + j)));
    }
}

void multiply(float* out, const float* a, const float* b, std::int64_t count) {
    for (std::int64_t j = 0; j < count; j += k_lanes) store(out + j, load(a + j) * load(b + j));
}

using F4 = float __attribute__((vector_size(16), aligned(4)));
using I4 = std::int32_t __attribute__((vector_size(16)));

/// out[j * out_row + i] = in[i * in_row + j] for a block of four by four.
CAROUSEL_INLINE void transpose_4x4(const float* in, std::ptrdiff_t in_row, float* out,
                                   std::ptrdiff_t out_row) {
    F4 a[4];
    for (int i = 0; i < 4; ++i) __builtin_memcpy(&a[i], in + i * in_row, sizeof a[i]);
    const F4 b0 = __builtin_shuffle(a[0], a[2], I4{0, 4, 1, 5});
    const F4 b1 = __builtin_shuffle(a[0], a[2], I4{2, 6, 3, 7});
    const F4 b2 = __builtin_shuffle(a[1], a[3], I4{0, 4, 1, 5});
    const F4 b3 = __builtin_shuffle(a[1], a[3], I4{2, 6, 3, 7});
    a[0] = __builtin_shuffle(b0, b2, I4{0, 4, 1, 5});
    a[1] = __builtin_shuffle(b0, b2, I4{2, 6, 3, 7});
    a[2] = __builtin_shuffle(b1, b3, I4{0, 4, 1, 5});
    a[3] = __builtin_shuffle(b1, b3, I4{2, 6, 3, 7});
    for (int i = 0; i < 4; ++i) __builtin_memcpy(out + i * out_row, &a[i], sizeof a[i]);
}

void transpose_panels(const float* w, std::int64_t panels, std::int64_t depth, float* out,
                      std::int64_t first, std::int64_t last) {
    const std::int64_t out_panel = panels * k_lanes * k_lanes;
    for (std::int64_t q = first; q < last; ++q) {
        const std::int64_t rows = depth - q * k_lanes < k_lanes ? depth - q * k_lanes : k_lanes;
        for (std::int64_t p = 0; p < panels; ++p) {
            const float* in = w + (p * depth + q * k_lanes) * k_lanes;
            float* to = out + (q - first) * out_panel + p * k_lanes * k_lanes;
            if (rows == k_lanes) {
                for (int i = 0; i < k_lanes; i += 4) {
                    for (int j = 0; j < k_lanes; j += 4) {
                        transpose_4x4(in + i * k_lanes + j, k_lanes, to + j * k_lanes + i, k_lanes);
                    }
                }
                continue;
            }
            for (std::int64_t j = 0; j < k_lanes; ++j) {
                for (std::int64_t i = 0; i < k_lanes; ++i) {
                    to[j * k_lanes + i] = i < rows ? in[i * k_lanes + j] : 0.0F;
                }
            }
        }
    }
}

}  // namespace
}  // namespace carousel
