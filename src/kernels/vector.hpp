#pragma once

// Sixteen floats, the unit in which every kernel works: one register of AVX-512, two of AVX2, four
// of NEON, or plain floats. Each operation is one IEEE 754 operation a lane, the same on all of
// them, so a kernel written over `F16` gives the same bits whatever it is compiled for. This header
// is included once by each kernel translation unit and must stay free of library code: an inline
// function compiled for AVX-512 that the linker shared with other units would crash the program on
// smaller machines.

#include <cstddef>
#include <cstdint>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define CAROUSEL_INLINE inline __attribute__((always_inline))

namespace carousel {
namespace {

constexpr int k_lanes = 16;

#if defined(__AVX512F__)

struct F16 {
    __m512 v;
};
CAROUSEL_INLINE F16 load(const float* p) {
    return {_mm512_loadu_ps(p)};
}
CAROUSEL_INLINE void store(float* p, F16 a) {
    _mm512_storeu_ps(p, a.v);
}
CAROUSEL_INLINE F16 broadcast(float x) {
    return {_mm512_set1_ps(x)};
}
CAROUSEL_INLINE F16 operator+(F16 a, F16 b) {
    return {_mm512_add_ps(a.v, b.v)};
}
CAROUSEL_INLINE F16 operator-(F16 a, F16 b) {
    return {_mm512_sub_ps(a.v, b.v)};
}
CAROUSEL_INLINE F16 operator*(F16 a, F16 b) {
    return {_mm512_mul_ps(a.v, b.v)};
}
CAROUSEL_INLINE F16 operator/(F16 a, F16 b) {
    return {_mm512_div_ps(a.v, b.v)};
}
CAROUSEL_INLINE F16 fma(F16 a, F16 b, F16 c) {
    return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
CAROUSEL_INLINE F16 max(F16 a, F16 b) {
    return {_mm512_max_ps(a.v, b.v)};
}
CAROUSEL_INLINE F16 min(F16 a, F16 b) {
    return {_mm512_min_ps(a.v, b.v)};
}
CAROUSEL_INLINE F16 where_less(F16 a, F16 b, F16 less, F16 otherwise) {
    return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ), otherwise.v, less.v)};
}
CAROUSEL_INLINE F16 square_root(F16 a) {
    return {_mm512_sqrt_ps(a.v)};
}
CAROUSEL_INLINE F16 add_to_exponent(F16 a, F16 n) {
    return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a.v),
                                                 _mm512_slli_epi32(_mm512_castps_si512(n.v), 23)))};
}

#elif defined(__AVX2__)

struct F16 {
    __m256 l, h;
};
CAROUSEL_INLINE F16 load(const float* p) {
    return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
CAROUSEL_INLINE void store(float* p, F16 a) {
    _mm256_storeu_ps(p, a.l);
    _mm256_storeu_ps(p + 8, a.h);
}
CAROUSEL_INLINE F16 broadcast(float x) {
    const __m256 v = _mm256_set1_ps(x);
    return {v, v};
}
CAROUSEL_INLINE F16 operator+(F16 a, F16 b) {
    return {_mm256_add_ps(a.l, b.l), _mm256_add_ps(a.h, b.h)};
}
CAROUSEL_INLINE F16 operator-(F16 a, F16 b) {
    return {_mm256_sub_ps(a.l, b.l), _mm256_sub_ps(a.h, b.h)};
}
CAROUSEL_INLINE F16 operator*(F16 a, F16 b) {
    return {_mm256_mul_ps(a.l, b.l), _mm256_mul_ps(a.h, b.h)};
}
CAROUSEL_INLINE F16 operator/(F16 a, F16 b) {
    return {_mm256_div_ps(a.l, b.l), _mm256_div_ps(a.h, b.h)};
}
CAROUSEL_INLINE F16 fma(F16 a, F16 b, F16 c) {
    return {_mm256_fmadd_ps(a.l, b.l, c.l), _mm256_fmadd_ps(a.h, b.h, c.h)};
}
CAROUSEL_INLINE F16 max(F16 a, F16 b) {
    return {_mm256_max_ps(a.l, b.l), _mm256_max_ps(a.h, b.h)};
}
CAROUSEL_INLINE F16 min(F16 a, F16 b) {
    return {_mm256_min_ps(a.l, b.l), _mm256_min_ps(a.h, b.h)};
}
CAROUSEL_INLINE F16 where_less(F16 a, F16 b, F16 less, F16 otherwise) {
    return {_mm256_blendv_ps(otherwise.l, less.l, _mm256_cmp_ps(a.l, b.l, _CMP_LT_OQ)),
            _mm256_blendv_ps(otherwise.h, less.h, _mm256_cmp_ps(a.h, b.h, _CMP_LT_OQ))};
}
CAROUSEL_INLINE F16 square_root(F16 a) {
    return {_mm256_sqrt_ps(a.l), _mm256_sqrt_ps(a.h)};
}
CAROUSEL_INLINE __m256 add_to_exponent(__m256 a, __m256 n) {
    return _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_castps_si256(a), _mm256_slli_epi32(_mm256_castps_si256(n), 23)));
}
CAROUSEL_INLINE F16 add_to_exponent(F16 a, F16 n) {
    return {add_to_exponent(a.l, n.l), add_to_exponent(a.h, n.h)};
}

#elif defined(__ARM_NEON)

#define CAROUSEL_EACH_QUARTER(expression)                                      \
    F16 r;                                                                     \
    _Pragma("GCC unroll 4") for (int q = 0; q < 4; ++q) r.v[q] = (expression); \
    return r

struct F16 {
    float32x4_t v[4];
};
CAROUSEL_INLINE F16 load(const float* p) {
    CAROUSEL_EACH_QUARTER(vld1q_f32(p + 4 * q));
}
CAROUSEL_INLINE void store(float* p, F16 a) {
    for (int q = 0; q < 4; ++q) vst1q_f32(p + 4 * q, a.v[q]);
}
CAROUSEL_INLINE F16 broadcast(float x) {
    CAROUSEL_EACH_QUARTER(vdupq_n_f32(x));
}
CAROUSEL_INLINE F16 operator+(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(vaddq_f32(a.v[q], b.v[q]));
}
CAROUSEL_INLINE F16 operator-(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(vsubq_f32(a.v[q], b.v[q]));
}
CAROUSEL_INLINE F16 operator*(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(vmulq_f32(a.v[q], b.v[q]));
}
CAROUSEL_INLINE F16 operator/(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(vdivq_f32(a.v[q], b.v[q]));
}
CAROUSEL_INLINE F16 fma(F16 a, F16 b, F16 c) {
    CAROUSEL_EACH_QUARTER(vfmaq_f32(c.v[q], a.v[q], b.v[q]));
}
// x86 gives the second operand when the first is not a number, and so do these.
CAROUSEL_INLINE F16 max(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(vbslq_f32(vcgtq_f32(a.v[q], b.v[q]), a.v[q], b.v[q]));
}
CAROUSEL_INLINE F16 min(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(vbslq_f32(vcltq_f32(a.v[q], b.v[q]), a.v[q], b.v[q]));
}
CAROUSEL_INLINE F16 where_less(F16 a, F16 b, F16 less, F16 otherwise) {
    CAROUSEL_EACH_QUARTER(vbslq_f32(vcltq_f32(a.v[q], b.v[q]), less.v[q], otherwise.v[q]));
}
CAROUSEL_INLINE F16 square_root(F16 a) {
    CAROUSEL_EACH_QUARTER(vsqrtq_f32(a.v[q]));
}
CAROUSEL_INLINE F16 add_to_exponent(F16 a, F16 n) {
    CAROUSEL_EACH_QUARTER(vreinterpretq_f32_s32(
        vaddq_s32(vreinterpretq_s32_f32(a.v[q]), vshlq_n_s32(vreinterpretq_s32_f32(n.v[q]), 23))));
}
#undef CAROUSEL_EACH_QUARTER

#else

#define CAROUSEL_EACH_LANE(expression)                       \
    F16 r;                                                   \
    for (int j = 0; j < k_lanes; ++j) r.v[j] = (expression); \
    return r

struct F16 {
    float v[k_lanes];
};
CAROUSEL_INLINE F16 load(const float* p) {
    CAROUSEL_EACH_LANE(p[j]);
}
CAROUSEL_INLINE void store(float* p, F16 a) {
    for (int j = 0; j < k_lanes; ++j) p[j] = a.v[j];
}
CAROUSEL_INLINE F16 broadcast(float x) {
    CAROUSEL_EACH_LANE(x);
}
CAROUSEL_INLINE F16 operator+(F16 a, F16 b) {
    CAROUSEL_EACH_LANE(a.v[j] + b.v[j]);
}
CAROUSEL_INLINE F16 operator-(F16 a, F16 b) {
    CAROUSEL_EACH_LANE(a.v[j] - b.v[j]);
}
CAROUSEL_INLINE F16 operator*(F16 a, F16 b) {
    CAROUSEL_EACH_LANE(a.v[j] * b.v[j]);
}
CAROUSEL_INLINE F16 operator/(F16 a, F16 b) {
    CAROUSEL_EACH_LANE(a.v[j] / b.v[j]);
}
CAROUSEL_INLINE F16 fma(F16 a, F16 b, F16 c) {
    CAROUSEL_EACH_LANE(__builtin_fmaf(a.v[j], b.v[j], c.v[j]));
}
CAROUSEL_INLINE F16 max(F16 a, F16 b) {
    CAROUSEL_EACH_LANE(a.v[j] > b.v[j] ? a.v[j] : b.v[j]);
}
CAROUSEL_INLINE F16 min(F16 a, F16 b) {
    CAROUSEL_EACH_LANE(a.v[j] < b.v[j] ? a.v[j] : b.v[j]);
}
CAROUSEL_INLINE F16 where_less(F16 a, F16 b, F16 less, F16 otherwise) {
    CAROUSEL_EACH_LANE(a.v[j] < b.v[j] ? less.v[j] : otherwise.v[j]);
}
CAROUSEL_INLINE F16 square_root(F16 a) {
    CAROUSEL_EACH_LANE(__builtin_sqrtf(a.v[j]));
}
CAROUSEL_INLINE float add_to_exponent(float a, float n) {
    std::uint32_t bits = 0, shift = 0;
    __builtin_memcpy(&bits, &a, sizeof bits);
    __builtin_memcpy(&shift, &n, sizeof shift);
    bits += shift << 23;
    __builtin_memcpy(&a, &bits, sizeof bits);
    return a;
}
CAROUSEL_INLINE F16 add_to_exponent(F16 a, F16 n) {
    CAROUSEL_EACH_LANE(add_to_exponent(a.v[j], n.v[j]));
}
#undef CAROUSEL_EACH_LANE

#endif

/// Sum and maximum of the lanes, always by the same tree.
CAROUSEL_INLINE float sum_lanes(F16 a) {
    alignas(64) float x[k_lanes];
    store(x, a);
    for (int half = 8; half > 0; half /= 2) {
        for (int j = 0; j < half; ++j) x[j] = x[j] + x[j + half];
    }
    return x[0];
}
CAROUSEL_INLINE float max_lanes(F16 a) {
    alignas(64) float x[k_lanes];
    store(x, a);
    float m = x[0];
    for (int j = 1; j < k_lanes; ++j) m = x[j] > m ? x[j] : m;
    return m;
}

}  // namespace
}  // namespace carousel
