#pragma once

// Products with 8-bit weights, for reading and generation, in tiles like those of
// kernels/product.hpp: MR rows of activations by NP panels of weights. Weights lie as
// [panel][k / 4][16][4], so that one broadcast of four activations meets 64 weights in one line of
// the cache:
//
//   activations   a0 a1 a2 a3 | a0 a1 a2 a3 | ...          (the same four for each of 16 columns)
//   weights       w0 w1 w2 w3 | w0 w1 w2 w3 | ...           16 columns of 4
//   sums          += a . w    | += a . w    | ...           16 integers
// VNNI has an instruction for this. Without it x86 makes a 16-bit sum of two products first:
// activations have 7 bits and zero at 64, so it never saturates. The integers are exact, and so the
// same on every instruction set.

#include "kernels/kernels.hpp"
#include "kernels/panel_offsets.hpp"
#include "kernels/vector.hpp"

namespace carousel {
namespace {

// `I16` are the sums of a panel's sixteen columns, `Weights` four weights of each, `Four` four
// activations, of which each column has the same.

#if defined(__AVX512BW__)

constexpr int k_quantized_rows = 14, k_quantized_panels = 2, k_quantized_thin = 8;

// Sums are vectors of 32-bit integers for the compiler too: as __m512i, of 64-bit ones, GCC 12
// would copy each to another register and back in every round of the loop.
typedef std::int32_t Int16 __attribute__((vector_size(64)));

struct I16 {
    Int16 v;
};
using Weights = __m512i;
using Four = __m512i;
CAROUSEL_INLINE I16 zero_sums() {
    return {Int16{}};
}
CAROUSEL_INLINE Weights load_weights(const std::int8_t* w) {
    return _mm512_loadu_si512(w);
}
CAROUSEL_INLINE Four broadcast_four(const std::uint8_t* activations) {
    std::int32_t four = 0;
    __builtin_memcpy(&four, activations, sizeof four);
    return _mm512_set1_epi32(four);
}
CAROUSEL_INLINE I16 add_products(I16 sum, Four a, Weights w) {
#if defined(__AVX512VNNI__)
    return {(Int16)_mm512_dpbusd_epi32((__m512i)sum.v, a, w)};
#else
    const __m512i pairs = _mm512_maddubs_epi16(a, w);
    return {sum.v + (Int16)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1))};
#endif
}
CAROUSEL_INLINE F16 minus_to_float(I16 sum, const std::int32_t* offset) {
    return {_mm512_cvtepi32_ps(_mm512_sub_epi32((__m512i)sum.v, _mm512_loadu_si512(offset)))};
}

#elif defined(__AVX2__)

constexpr int k_quantized_rows = 5, k_quantized_panels = 1, k_quantized_thin = 4;

struct I16 {
    __m256i l, h;
};
struct Weights {
    __m256i l, h;
};
using Four = __m256i;
CAROUSEL_INLINE I16 zero_sums() {
    return {_mm256_setzero_si256(), _mm256_setzero_si256()};
}
CAROUSEL_INLINE __m256i load_half(const void* p) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
CAROUSEL_INLINE Weights load_weights(const std::int8_t* w) {
    return {load_half(w), load_half(w + 32)};
}
CAROUSEL_INLINE Four broadcast_four(const std::uint8_t* activations) {
    std::int32_t four = 0;
    __builtin_memcpy(&four, activations, sizeof four);
    return _mm256_set1_epi32(four);
}
CAROUSEL_INLINE I16 add_products(I16 sum, Four a, Weights w) {
    const __m256i ones = _mm256_set1_epi16(1);
    return {_mm256_add_epi32(sum.l, _mm256_madd_epi16(_mm256_maddubs_epi16(a, w.l), ones)),
            _mm256_add_epi32(sum.h, _mm256_madd_epi16(_mm256_maddubs_epi16(a, w.h), ones))};
}
CAROUSEL_INLINE F16 minus_to_float(I16 sum, const std::int32_t* offset) {
    return {_mm256_cvtepi32_ps(_mm256_sub_epi32(sum.l, load_half(offset))),
            _mm256_cvtepi32_ps(_mm256_sub_epi32(sum.h, load_half(offset + 8)))};
}

#else

constexpr int k_quantized_rows = 1, k_quantized_panels = 1, k_quantized_thin = 1;

struct I16 {
    std::int32_t v[k_lanes];
};
using Weights = const std::int8_t*;
using Four = const std::uint8_t*;
CAROUSEL_INLINE I16 zero_sums() {
    return {};
}
CAROUSEL_INLINE Weights load_weights(const std::int8_t* w) {
    return w;
}
CAROUSEL_INLINE Four broadcast_four(const std::uint8_t* activations) {
    return activations;
}
CAROUSEL_INLINE I16 add_products(I16 sum, Four a, Weights w) {
    for (int j = 0; j < k_lanes; ++j) {
        for (int i = 0; i < 4; ++i) sum.v[j] += std::int32_t{a[i]} * w[4 * j + i];
    }
    return sum;
}
CAROUSEL_INLINE F16 minus_to_float(I16 sum, const std::int32_t* offset) {
    alignas(64) float lanes[k_lanes];
    for (int j = 0; j < k_lanes; ++j) lanes[j] = static_cast<float>(sum.v[j] - offset[j]);
    return load(lanes);
}

#endif

/// Rows and panels from `row` and `panel` on.
template <int MR, int NP>
void quantized_tile(const QuantizedProduct& p, std::int64_t row, std::int64_t panel) {
    const std::ptrdiff_t a_row = p.activations_row, w_panel = p.groups * 64;
    const std::uint8_t* a = p.activations + row * a_row;
    const std::int8_t* w = p.w + panel * w_panel;
    I16 sum[MR][NP];
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) sum[m][n] = zero_sums();
    }
    for (std::int64_t k = p.groups; k > 0; --k, a += 4, w += 64) {
        Weights b[NP];
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) b[n] = load_weights(w + n * w_panel);
#pragma GCC unroll 16
        for (int m = 0; m < MR; ++m) {
            const Four x = broadcast_four(a + m * a_row);
#pragma GCC unroll 8
            for (int n = 0; n < NP; ++n) sum[m][n] = add_products(sum[m][n], x, b[n]);
        }
    }
    std::ptrdiff_t at[NP];
    panel_offsets<NP>(p, panel, at);
    const std::int64_t column = panel * k_lanes;
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
        float* c = p.c + (row + m) * p.c_row;
        const F16 scale = broadcast(p.activation_scales[row + m]);
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) {
            const std::int64_t j = column + n * k_lanes;
            const F16 begin = p.start        ? load(p.start + at[n])
                              : p.accumulate ? load(c + at[n])
                                             : broadcast(0.0F);
            store(c + at[n],
                  fma(minus_to_float(sum[m][n], p.offsets + j), load(p.scales + j) * scale, begin));
        }
    }
}

/// `rows` rows, at most MR.
template <int NP, int MR = k_quantized_rows>
CAROUSEL_INLINE void quantized_tile_of(const QuantizedProduct& p, std::int64_t rows,
                                       std::int64_t row, std::int64_t panel) {
    if constexpr (MR > 1) {
        if (rows < MR) return quantized_tile_of<NP, MR - 1>(p, rows, row, panel);
    }
    quantized_tile<MR, NP>(p, row, panel);
}

/// All rows by the panels [panel, panel + NP).
template <int NP>
CAROUSEL_INLINE void quantized_column(const QuantizedProduct& p, std::int64_t panel) {
    const std::int64_t tiles = (p.rows + k_quantized_rows - 1) / k_quantized_rows;
    for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t begin = p.rows * t / tiles, end = p.rows * (t + 1) / tiles;
        quantized_tile_of<NP>(p, end - begin, begin, panel);
    }
}

void quantized_product(const QuantizedProduct& p) {
    std::int64_t panel = 0;
    // One row has no parallel chains but its panels: take as many as registers hold.
    if (p.rows == 1) {
        for (; panel + k_quantized_thin <= p.panels; panel += k_quantized_thin)
            quantized_tile<1, k_quantized_thin>(p, 0, panel);
    } else {
        for (; panel + k_quantized_panels <= p.panels; panel += k_quantized_panels)
            quantized_column<k_quantized_panels>(p, panel);
    }
    for (; panel < p.panels; ++panel) quantized_column<1>(p, panel);
}

}  // namespace
}  // namespace carousel
