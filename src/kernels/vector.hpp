#pragma once

// Sixteen floats, the unit in which every kernel works: one register of AVX-512, two of AVX2, four
// of NEON or of any processor. Each operation is one IEEE 754 operation a lane, the same on all of
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

// Four vectors of four in the compiler's own notation: registers where the processor has any, and
// plain numbers where it has none.
typedef float Float4 __attribute__((vector_size(16)));
typedef std::uint32_t Bits4 __attribute__((vector_size(16)));
typedef double Double4 __attribute__((vector_size(32)));
typedef std::uint64_t DoubleBits4 __attribute__((vector_size(32)));

#define CAROUSEL_EACH_QUARTER(expression)                                      \
    F16 r;                                                                     \
    _Pragma("GCC unroll 4") for (int q = 0; q < 4; ++q) r.v[q] = (expression); \
    return r

struct F16 {
    Float4 v[4];
};
CAROUSEL_INLINE F16 load(const float* p) {
    F16 r;
    __builtin_memcpy(&r, p, sizeof r);
    return r;
}
CAROUSEL_INLINE void store(float* p, F16 a) {
    __builtin_memcpy(p, &a, sizeof a);
}
CAROUSEL_INLINE F16 broadcast(float x) {
    CAROUSEL_EACH_QUARTER((Float4{x, x, x, x}));
}
CAROUSEL_INLINE F16 operator+(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(a.v[q] + b.v[q]);
}
CAROUSEL_INLINE F16 operator-(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(a.v[q] - b.v[q]);
}
CAROUSEL_INLINE F16 operator*(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(a.v[q] * b.v[q]);
}
CAROUSEL_INLINE F16 operator/(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(a.v[q] / b.v[q]);
}

// a b + c rounded once, on a processor that cannot: the C library takes thirty times as long. The
// product of two floats is exact in double. Adding c rounds, and rounding the sum again, to float,
// is wrong only where it lies in the middle between two floats and the true sum beside it.

/// Right everywhere: the sum is rounded to odd first. An inexact one becomes that of its two
/// neighbours among doubles whose last bit is 1, which is no middle of floats.
/// Source: Boldo & Melquiond 2008; the error of the sum after Knuth (TwoSum).
__attribute__((noinline, cold)) F16 fma_by_odd_sums(const F16& a, const F16& b, const F16& c) {
    F16 r;
    for (int q = 0; q < 4; ++q) {
        const Double4 product =
            __builtin_convertvector(a.v[q], Double4) * __builtin_convertvector(b.v[q], Double4);
        const Double4 addend = __builtin_convertvector(c.v[q], Double4);
        const Double4 sum = product + addend, rest = sum - product;
        const Double4 error = (product - (sum - rest)) + (addend - rest);
        // The error of an infinite sum is not a number: such a sum stays as it is.
        const DoubleBits4 inexact = (DoubleBits4)((error < 0) | (error > 0)) & 1;
        DoubleBits4 bits = (DoubleBits4)sum;
        // Towards zero where the error has the other sign; then the last bit stands for the rest.
        bits = (bits - (inexact & ((bits ^ (DoubleBits4)error) >> 63))) | inexact;
        r.v[q] = __builtin_convertvector((Double4)bits, Float4);
    }
    return r;
}

/// Rounds twice, and looks whether a sum may be such a middle: between two normal floats its last
/// 29 bits are 1 and zeros; what is or becomes subnormal is always in doubt, but for zeros, before
/// which the sum is exact.
CAROUSEL_INLINE F16 fma(F16 a, F16 b, F16 c) {
    F16 r;
    Bits4 doubt = {};
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
        const Double4 sum =
            __builtin_convertvector(a.v[q], Double4) * __builtin_convertvector(b.v[q], Double4) +
            __builtin_convertvector(c.v[q], Double4);
        r.v[q] = __builtin_convertvector(sum, Float4);
        const Bits4 low = __builtin_convertvector((DoubleBits4)sum, Bits4), bits = (Bits4)r.v[q];
        doubt |= (Bits4)((low << 3) == 0x80000000U);
        doubt |= (Bits4)(bits + bits - 1U < 0x01000000U);  // from 1 to the bits of 2^-126
    }
    std::uint64_t halves[2];
    __builtin_memcpy(halves, &doubt, sizeof halves);
    if (__builtin_expect((halves[0] | halves[1]) != 0, 0)) return fma_by_odd_sums(a, b, c);
    return r;
}

CAROUSEL_INLINE F16 max(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(a.v[q] > b.v[q] ? a.v[q] : b.v[q]);
}
CAROUSEL_INLINE F16 min(F16 a, F16 b) {
    CAROUSEL_EACH_QUARTER(a.v[q] < b.v[q] ? a.v[q] : b.v[q]);
}
CAROUSEL_INLINE F16 where_less(F16 a, F16 b, F16 less, F16 otherwise) {
    CAROUSEL_EACH_QUARTER(a.v[q] < b.v[q] ? less.v[q] : otherwise.v[q]);
}
CAROUSEL_INLINE F16 square_root(F16 a) {
    F16 r;
    for (int q = 0; q < 4; ++q) {
        for (int j = 0; j < 4; ++j) r.v[q][j] = __builtin_sqrtf(a.v[q][j]);
    }
    return r;
}
CAROUSEL_INLINE F16 add_to_exponent(F16 a, F16 n) {
    CAROUSEL_EACH_QUARTER((Float4)((Bits4)a.v[q] + ((Bits4)n.v[q] << 23)));
}
#undef CAROUSEL_EACH_QUARTER

#endif

/// The lanes of a vector's last, partial piece; zero beyond its end.
CAROUSEL_INLINE F16 load_rest(const float* values, std::int64_t count) {
    alignas(64) float lanes[k_lanes] = {};
    for (std::int64_t j = 0; j < count; ++j) lanes[j] = values[j];
    return load(lanes);
}

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
