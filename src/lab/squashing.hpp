#pragma once

#include <bit>
#include <cstdint>

namespace carousel {

/// e^x by additions and products alone, so that every machine has the same bits; relative error
/// below 1e-14. The range of x is cut to [-700, 700]. Without a branch: loops over it become
/// vector code.
inline double exponential(double x) {
    constexpr double k_log2_e = 1.4426950408889634;
    constexpr double k_ln2_high = 0x1.62e42fefa0000p-1, k_ln2_low = 0x1.cf79abc9e3b39p-40;
    constexpr double k_shift = 0x1.8p52;  // adding it rounds to a whole number in the low bits
    x = x < -700.0 ? -700.0 : x;
    x = x > 700.0 ? 700.0 : x;
    const double shifted = x * k_log2_e + k_shift;
    const double whole = shifted - k_shift;
    const double r = (x - whole * k_ln2_high) - whole * k_ln2_low;
    // The Taylor series up to r^12 / 12!, in pairs: |r| is at most ln 2 / 2.
    const double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    const double a = (1.0 + r) + r2 * (0.5 + r * (1.0 / 6));
    const double b = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    const double c =
        (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    const double value = (a + r4 * b) + r8 * (c + r4 * (1.0 / 479001600));
    const auto exponent = std::bit_cast<std::uint64_t>(shifted) << 52;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) + exponent);
}

/// 1 / (1 + e^-x).
inline double logistic(double x) {
    return 1.0 / (1.0 + exponential(-x));
}

}  // namespace carousel
