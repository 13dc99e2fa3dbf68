#pragma once

// Numbers in bf16, the upper sixteen bits of a float: how floats are rounded to them, and what a
// product adds of their pairs. The processor with an instruction for it, vdpbf16ps, has
//
//   A   a0 a1 | a0 a1 | ...     the same pair for each of 16 columns, of the even and the odd place
//   W   w0 w1 | w0 w1 | ...     16 columns of a pair
//   sum = fma(a0, w0, fma(a1, w1, sum))
//
// and every other two multiply-adds of floats, of which each half of a pair is one when the other
// is zero.

#include "kernels/kernels.hpp"
#include "kernels/vector.hpp"

namespace carousel {
namespace {

// The bits of sixteen floats, in the compiler's own notation, by registers of this processor.

#if defined(__AVX512F__)
constexpr int k_registers = 1;
#elif defined(__AVX2__)
constexpr int k_registers = 2;
#else
constexpr int k_registers = 4;
#endif
constexpr int k_register_lanes = k_lanes / k_registers;

typedef std::uint32_t Words __attribute__((vector_size(4 * k_register_lanes)));
typedef std::uint16_t Halves __attribute__((vector_size(2 * k_register_lanes)));

struct B16 {
    Words v[k_registers];
};

CAROUSEL_INLINE B16 bits_of(F16 a) {
    B16 r;
    __builtin_memcpy(&r, &a, sizeof r);
    return r;
}
CAROUSEL_INLINE F16 floats_of(B16 a) {
    F16 r;
    __builtin_memcpy(&r, &a, sizeof r);
    return r;
}

/// The bits of bf16 in the upper half of each lane, zeros in the lower one. To the nearest: adds
/// what carries into the upper half from the middle on, at the middle itself if that is odd.
CAROUSEL_INLINE B16 rounded(F16 a) {
    constexpr std::uint32_t k_sign = 0x80000000U, k_infinity = 0x7F800000U, k_quiet = 0x00400000U;
    B16 r = bits_of(a);
#pragma GCC unroll 4
    for (auto& word : r.v) {
        const Words size = word & ~k_sign;
        const Words nearest = word + 0x7FFFU + ((word >> 16) & 1U);
        const Words number = size > k_infinity ? word | k_quiet : nearest;
        word = (size < (Words{} + (1U << 23)) ? word & k_sign : number) & 0xFFFF0000U;
    }
    return r;
}

/// Sixteen pairs, of the lanes of `even` with those of `odd`.
CAROUSEL_INLINE void store_pairs(Bf16Pair* out, F16 even, F16 odd) {
#if defined(__AVX512BF16__)
    alignas(64) static constexpr std::uint16_t k_order[32] = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(odd.v, even.v);
    _mm512_storeu_si512(out, _mm512_permutexvar_epi16(_mm512_load_si512(k_order), both));
#else
    const B16 low = rounded(even), high = rounded(odd);
    B16 pairs;
#pragma GCC unroll 4
    for (int i = 0; i < k_registers; ++i) pairs.v[i] = (low.v[i] >> 16) | high.v[i];
    __builtin_memcpy(out, &pairs, sizeof pairs);
#endif
}

/// Sixteen pairs of neighbours.
CAROUSEL_INLINE void store_neighbours(Bf16Pair* out, F16 first, F16 last) {
#if defined(__AVX512BF16__)
    _mm512_storeu_si512(out, (__m512i)_mm512_cvtne2ps_pbh(last.v, first.v));
#else
    Halves halves[2][k_registers];
    const B16 words[2] = {rounded(first), rounded(last)};
#pragma GCC unroll 2
    for (int j = 0; j < 2; ++j) {
#pragma GCC unroll 4
        for (int i = 0; i < k_registers; ++i)
            halves[j][i] = __builtin_convertvector(words[j].v[i] >> 16, Halves);
    }
    __builtin_memcpy(out, halves, sizeof halves);
#endif
}

void pair_row(const float* values, std::int64_t count, Bf16Pair* out) {
    const auto piece = [&](std::int64_t j) {
        if (j + k_lanes <= count) return load(values + j);
        return load_rest(values + j, count - j);
    };
    for (std::int64_t j = 0; j < count; j += 2 * k_lanes, out += k_lanes)
        store_neighbours(out, piece(j), piece(j + k_lanes));
}

void pair_rows(const PairedRows& p) {
    for (std::int64_t r = 0; r < p.rows; r += 2) {
        const float* even = p.values + r * p.row;
        Bf16Pair* out = p.out + r / 2 * p.out_row;
        if (r + 1 < p.rows) {
            for (std::int64_t j = 0; j < p.width; j += k_lanes)
                store_pairs(out + j, load(even + j), load(even + p.row + j));
        } else {
            for (std::int64_t j = 0; j < p.width; j += k_lanes)
                store_pairs(out + j, load(even + j), broadcast(0.0F));
        }
    }
}

#if defined(__AVX512BF16__)

/// What one pair of the depth adds to a tile: see kernels/product.hpp.
template <int MR, int NP>
CAROUSEL_INLINE void add_products(F16 (&sum)[MR][NP], const Bf16Pair* a, std::ptrdiff_t row,
                                  const Bf16Pair* w, std::ptrdiff_t w_panel) {
    __m512bh b[NP];
#pragma GCC unroll 8
    for (int n = 0; n < NP; ++n) b[n] = (__m512bh)_mm512_loadu_si512(w + n * w_panel);
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
        std::int32_t pair = 0;
        __builtin_memcpy(&pair, a + m * row, sizeof pair);
        const auto x = (__m512bh)_mm512_set1_epi32(pair);
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) sum[m][n].v = _mm512_dpbf16_ps(sum[m][n].v, x, b[n]);
    }
}

#else

/// One half of sixteen pairs, as floats.
enum class Half { odd, even };
template <Half k_half>
CAROUSEL_INLINE F16 half_of(B16 pairs) {
#pragma GCC unroll 4
    for (auto& word : pairs.v) word = k_half == Half::odd ? word & 0xFFFF0000U : word << 16;
    return floats_of(pairs);
}

CAROUSEL_INLINE B16 load_pairs(const Bf16Pair* p) {
    B16 r;
    __builtin_memcpy(&r, p, sizeof r);
    return r;
}
CAROUSEL_INLINE B16 broadcast_pair(const Bf16Pair* p) {
    std::uint32_t word = 0;
    __builtin_memcpy(&word, p, sizeof word);
    B16 r;
#pragma GCC unroll 4
    for (auto& words : r.v) words = Words{} + word;
    return r;
}

template <Half k_half, int MR, int NP>
CAROUSEL_INLINE void add_half(F16 (&sum)[MR][NP], const Bf16Pair* a, std::ptrdiff_t row,
                              const Bf16Pair* w, std::ptrdiff_t w_panel) {
    F16 b[NP];
#pragma GCC unroll 8
    for (int n = 0; n < NP; ++n) b[n] = half_of<k_half>(load_pairs(w + n * w_panel));
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
        const F16 x = half_of<k_half>(broadcast_pair(a + m * row));
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) sum[m][n] = fma(x, b[n], sum[m][n]);
    }
}

/// What one pair of the depth adds to a tile: see kernels/product.hpp. By halves, so that no more
/// registers are needed than for floats.
template <int MR, int NP>
CAROUSEL_INLINE void add_products(F16 (&sum)[MR][NP], const Bf16Pair* a, std::ptrdiff_t row,
                                  const Bf16Pair* w, std::ptrdiff_t w_panel) {
    add_half<Half::odd>(sum, a, row, w, w_panel);
    add_half<Half::even>(sum, a, row, w, w_panel);
}

#endif

}  // namespace
}  // namespace carousel
