#pragma once

// What attention is made of: products of a vector with rows that lie at equal distances, sums of
// such rows, and the gradient of a softmax. Each element is one chain of fused multiply-adds in an
// order that is always the same; several chains run side by side to hide their latency.

#include "kernels/kernels.hpp"
#include "kernels/vector.hpp"

namespace carousel {
namespace {

/// Rows [first, first + NR): each sum goes over the blocks of its row, then over the lanes.
template <int NR>
CAROUSEL_INLINE void products_of_rows(const RowProducts& p, std::int64_t first) {
    F16 sum[NR];
#pragma GCC unroll 4
    for (int r = 0; r < NR; ++r) sum[r] = broadcast(0.0F);
    const float* rows = p.rows + first * p.row_step;
    for (std::int64_t u = 0; u < p.blocks; ++u) {
        const F16 x = load(p.vector + u * k_lanes);
#pragma GCC unroll 4
        for (int r = 0; r < NR; ++r)
            sum[r] = fma(x, load(rows + r * p.row_step + u * k_lanes), sum[r]);
    }
#pragma GCC unroll 4
    for (int r = 0; r < NR; ++r) {
        const float start = p.start != nullptr ? p.start[first + r] : 0.0F;
        p.out[first + r] = start + p.scale * sum_lanes(sum[r]);
    }
}

void row_products(const RowProducts& p) {
    std::int64_t row = 0;
    for (; row + 4 <= p.count; row += 4) products_of_rows<4>(p, row);
    for (; row < p.count; ++row) products_of_rows<1>(p, row);
}

/// Blocks [first, first + NB) of the sum over all rows.
template <int NB>
CAROUSEL_INLINE void sum_of_blocks(const RowSum& s, std::int64_t first) {
    F16 sum[NB];
    float* out = s.out + first * k_lanes;
#pragma GCC unroll 4
    for (int u = 0; u < NB; ++u) sum[u] = s.accumulate ? load(out + u * k_lanes) : broadcast(0.0F);
    const float *row = s.rows + first * k_lanes, *coefficient = s.coefficients;
    for (std::int64_t j = 0; j < s.count; ++j) {
        const F16 x = broadcast(s.scale * *coefficient);
#pragma GCC unroll 4
        for (int u = 0; u < NB; ++u) sum[u] = fma(x, load(row + u * k_lanes), sum[u]);
        row += s.row_step;
        coefficient += s.coefficient_step;
    }
#pragma GCC unroll 4
    for (int u = 0; u < NB; ++u) store(out + u * k_lanes, sum[u]);
}

void row_sum(const RowSum& s) {
    std::int64_t block = 0;
    for (; block + 4 <= s.blocks; block += 4) sum_of_blocks<4>(s, block);
    for (; block < s.blocks; ++block) sum_of_blocks<1>(s, block);
}

void softmax_backward(const float* probabilities, float* gradients, std::int64_t count) {
    F16 sum = broadcast(0.0F);
    for (std::int64_t j = 0; j < count; j += k_lanes)
        sum = fma(load(probabilities + j), load(gradients + j), sum);
    const F16 mean = broadcast(sum_lanes(sum));
    for (std::int64_t j = 0; j < count; j += k_lanes)
        store(gradients + j, load(probabilities + j) * (load(gradients + j) - mean));
}

}  // namespace
}  // namespace carousel
