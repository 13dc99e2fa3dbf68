#pragma once

// Products with 8-bit weights, for generation: one row of activations, as many panels as there are
// registers to sum in. Weights lie as [panel][k / 4][16][4], so that one broadcast of four
// activations meets 64 weights in one line of the cache:
//
//   activations   a0 a1 a2 a3 | a0 a1 a2 a3 | ...          (the same four for each of 16 columns)
//   weights       w0 w1 w2 w3 | w0 w1 w2 w3 | ...           16 columns of 4
//   sums          += a . w    | += a . w    | ...           16 integers
// Activations have 7 bits and zero at 64, so a pair of 8-bit products never saturates the 16-bit
// sum that x86 makes of it: the integers are exact, and so the same on every instruction set.

#include "kernels/elementwise.hpp"
#include "kernels/kernels.hpp"
#include "kernels/vector.hpp"

namespace carousel {
namespace {

#if defined(__AVX512BW__)

struct I16 {
    __m512i v;
};
CAROUSEL_INLINE I16 zero_sums() {
    return {_mm512_setzero_si512()};
}
CAROUSEL_INLINE I16 add_products(I16 sum, std::uint32_t activations, const std::int8_t* w) {
    const __m512i a = _mm512_set1_epi32(static_cast<int>(activations));
    const __m512i pairs = _mm512_maddubs_epi16(a, _mm512_loadu_si512(w));
    return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)))};
}
CAROUSEL_INLINE F16 minus_to_float(I16 sum, const std::int32_t* offset) {
    return {_mm512_cvtepi32_ps(_mm512_sub_epi32(sum.v, _mm512_loadu_si512(offset)))};
}

#elif defined(__AVX2__)

struct I16 {
    __m256i l, h;
};
CAROUSEL_INLINE I16 zero_sums() {
    return {_mm256_setzero_si256(), _mm256_setzero_si256()};
}
CAROUSEL_INLINE __m256i load_half(const void* p) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
CAROUSEL_INLINE I16 add_products(I16 sum, std::uint32_t activations, const std::int8_t* w) {
    const __m256i a = _mm256_set1_epi32(static_cast<int>(activations)), ones = _mm256_set1_epi16(1);
    const __m256i l = _mm256_maddubs_epi16(a, load_half(w)),
                  h = _mm256_maddubs_epi16(a, load_half(w + 32));
    return {_mm256_add_epi32(sum.l, _mm256_madd_epi16(l, ones)),
            _mm256_add_epi32(sum.h, _mm256_madd_epi16(h, ones))};
}
CAROUSEL_INLINE F16 minus_to_float(I16 sum, const std::int32_t* offset) {
    return {_mm256_cvtepi32_ps(_mm256_sub_epi32(sum.l, load_half(offset))),
            _mm256_cvtepi32_ps(_mm256_sub_epi32(sum.h, load_half(offset + 8)))};
}

#else

struct I16 {
    std::int32_t v[k_lanes];
};
CAROUSEL_INLINE I16 zero_sums() {
    return {};
}
CAROUSEL_INLINE I16 add_products(I16 sum, std::uint32_t activations, const std::int8_t* w) {
    for (int j = 0; j < k_lanes; ++j) {
        for (int i = 0; i < 4; ++i) {
            sum.v[j] += static_cast<std::int32_t>((activations >> (8 * i)) & 0xFF) * w[4 * j + i];
        }
    }
    return sum;
}
CAROUSEL_INLINE F16 minus_to_float(I16 sum, const std::int32_t* offset) {
    alignas(64) float lanes[k_lanes];
    for (int j = 0; j < k_lanes; ++j) lanes[j] = static_cast<float>(sum.v[j] - offset[j]);
    return load(lanes);
}

#endif

template <int NP>
void quantized_tile(const QuantizedProduct& p, std::int64_t panel) {
    I16 sum[NP];
#pragma GCC unroll 8
    for (int n = 0; n < NP; ++n) sum[n] = zero_sums();
    const std::int8_t* w = p.w + panel * p.groups * 64;
    for (std::int64_t k = 0; k < p.groups; ++k, w += 64) {
        std::uint32_t activations = 0;
        __builtin_memcpy(&activations, p.activations + 4 * k, sizeof activations);
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n)
            sum[n] = add_products(sum[n], activations, w + n * p.groups * 64);
    }
    const F16 scale = broadcast(p.activation_scale);
#pragma GCC unroll 8
    for (int n = 0; n < NP; ++n) {
        const std::int64_t at = (panel + n) * k_lanes;
        float* c = p.c + at;
        store(c, fma(minus_to_float(sum[n], p.offsets + at), load(p.scales + at) * scale, load(c)));
    }
}

void quantized_product(const QuantizedProduct& p) {
    std::int64_t panel = 0;
    for (; panel + 8 <= p.panels; panel += 8) quantized_tile<8>(p, panel);
    for (; panel < p.panels; ++panel) quantized_tile<1>(p, panel);
}

float quantize_activations(const float* values, std::int64_t count, std::uint8_t* out) {
    const F16 zero = broadcast(0.0F);
    F16 largest = zero;
    for (std::int64_t j = 0; j < count; j += k_lanes) {
        const F16 x = count - j < k_lanes ? load_rest(values + j, count - j) : load(values + j);
        largest = max(largest, max(x, zero - x));
    }
    const float bound = max_lanes(largest);
    float scale = 1;
    while (scale < bound && scale < 1e30F) scale *= 2;
    // 63 x / scale + 64 rounded to a whole number lands in the low bits of the mantissa.
    const F16 shift = broadcast(12582912.0F + 64.0F), factor = broadcast(63.0F / scale);
    alignas(64) std::uint32_t bits[k_lanes];
    for (std::int64_t j = 0; j < count; j += k_lanes) {
        alignas(64) float shifted[k_lanes];
        store(shifted, fma(load(values + j), factor, shift));
        __builtin_memcpy(bits, shifted, sizeof bits);
        for (int i = 0; i < k_lanes; ++i) out[j + i] = static_cast<std::uint8_t>(bits[i]);
    }
    return scale;
}

}  // namespace
}  // namespace carousel
