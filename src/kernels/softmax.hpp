#pragma once

#include "kernels/functions.hpp"
#include "kernels/kernels.hpp"

// A row of logits becomes probabilities in two passes: its largest element, then exponentials of
// what each is below that, with their sum, so that nothing overflows. The row is padded to whole
// panels with a value whose exponential is zero, and zero again afterwards. The logarithm of the
// sum is a double: a loss is a small difference of two large numbers.

namespace carousel {
namespace {

/// Natural logarithm for x > 0, in double: exponent, then the series of atanh on the mantissa. What
/// is not a finite number stays so.
CAROUSEL_INLINE double logarithm(double x) {
    if (!(x <= 1.7976931348623157e308)) return x;
    std::uint64_t bits = 0;
    __builtin_memcpy(&bits, &x, sizeof bits);
    auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
    double m = 0;
    __builtin_memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    const double z = (m - 1.0) / (m + 1.0), z2 = z * z;  // |z| < 0.172
    double sum = 0;
    for (int k = 19; k >= 1; k -= 2) sum = sum * z2 + 1.0 / k;
    return static_cast<double>(exponent) * 0.6931471805599453 + 2.0 * z * sum;
}

/// Pads the row with a value that no exponential sees and returns its largest element.
CAROUSEL_INLINE float prepare_row(float* logits, std::int64_t count) {
    constexpr float k_nothing = -1e30F;
    const std::int64_t end = padded(count);
    for (std::int64_t j = count; j < end; ++j) logits[j] = k_nothing;
    F16 largest = load(logits);
    for (std::int64_t j = k_lanes; j < end; j += k_lanes) largest = max(largest, load(logits + j));
    return max_lanes(largest);
}

/// Replaces the row by exp(scale * (logit - largest)), padding zero, and returns the sum.
CAROUSEL_INLINE float exponentiate_row(float* logits, std::int64_t count, float largest,
                                       float scale) {
    F16 sum = broadcast(0.0F);
    const std::int64_t end = padded(count);
    for (std::int64_t j = 0; j < end; j += k_lanes) {
        store(logits + j, exponential((load(logits + j) - broadcast(largest)) * broadcast(scale)));
        if (j + k_lanes > count) {
            for (std::int64_t pad = count; pad < end; ++pad) logits[pad] = 0.0F;
        }
        sum = sum + load(logits + j);
    }
    return sum_lanes(sum);
}

float softmax_cross_entropy(const SoftmaxCrossEntropy& s) {
    const float chosen = s.logits[s.target];
    const float largest = prepare_row(s.logits, s.vocabulary_size);
    const std::int64_t end = padded(s.vocabulary_size);
    if (s.scale == 0.0F) {  // NOLINT: zero is a flag here
        F16 sum = broadcast(0.0F);
        for (std::int64_t j = 0; j < end; j += k_lanes) {
            alignas(64) float terms[k_lanes];
            store(terms, exponential(load(s.logits + j) - broadcast(largest)));
            for (std::int64_t pad = s.vocabulary_size - j; pad < k_lanes; ++pad) {
                if (pad >= 0) terms[pad] = 0.0F;
            }
            sum = sum + load(terms);
        }
        return static_cast<float>(logarithm(sum_lanes(sum)) + (double{largest} - double{chosen}));
    }
    const float sum = exponentiate_row(s.logits, s.vocabulary_size, largest, 1.0F);
    const F16 factor = broadcast(s.scale / sum);
    for (std::int64_t j = 0; j < end; j += k_lanes)
        store(s.logits + j, load(s.logits + j) * factor);
    s.logits[s.target] = s.logits[s.target] - s.scale;
    return static_cast<float>(logarithm(sum) + (double{largest} - double{chosen}));
}

void softmax(float* logits, std::int64_t count, float inverse_temperature) {
    const float largest = prepare_row(logits, count);
    const F16 factor =
        broadcast(1.0F / exponentiate_row(logits, count, largest, inverse_temperature));
    for (std::int64_t j = 0; j < padded(count); j += k_lanes) {
        store(logits + j, load(logits + j) * factor);
    }
}

}  // namespace
}  // namespace carousel
