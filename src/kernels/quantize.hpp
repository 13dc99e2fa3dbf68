#pragma once

#include "kernels/elementwise.hpp"
#include "kernels/kernels.hpp"
#include "kernels/vector.hpp"

// Rounds vectors to the 7 bits in which they meet 8-bit weights (kernels/quantized_product.hpp).

namespace carousel {
namespace {

/// The lowest byte of each lane.
CAROUSEL_INLINE void store_low_bytes(std::uint8_t* out, F16 a) {
#if defined(__AVX512F__)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm512_cvtepi32_epi8(_mm512_castps_si512(a.v)));
#elif defined(__AVX2__)
    const __m256i low = _mm256_set1_epi32(0xFF);
    const __m256i words = _mm256_packus_epi32(_mm256_and_si256(_mm256_castps_si256(a.l), low),
                                              _mm256_and_si256(_mm256_castps_si256(a.h), low));
    // Packing goes by halves of a register: 0-3 8-11 | 4-7 12-15.
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0b11011000);
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(out),
        _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1)));
#else
    alignas(64) float lanes[k_lanes];
    std::uint32_t bits[k_lanes];
    store(lanes, a);
    __builtin_memcpy(bits, lanes, sizeof bits);
    for (int i = 0; i < k_lanes; ++i) out[i] = static_cast<std::uint8_t>(bits[i]);
#endif
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
    for (std::int64_t j = 0; j < count; j += k_lanes)
        store_low_bytes(out + j, fma(load(values + j), factor, shift));
    return scale;
}

}  // namespace
}  // namespace carousel
