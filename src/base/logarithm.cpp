#include "base/logarithm.hpp"

#include <bit>
#include <cstdint>

namespace carousel {

// Exponent, then the series of artanh on the mantissa.
double logarithm(double x) {
    constexpr std::uint64_t k_mantissa = (std::uint64_t{1} << 52) - 1;
    constexpr std::uint64_t k_one = std::uint64_t{1023} << 52;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
    auto m = std::bit_cast<double>((bits & k_mantissa) | k_one);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    const double z = (m - 1) / (m + 1), t = z * z;  // |z| < 0.172
    double sum = 0;
    for (int k = 15; k >= 1; k -= 2) sum = sum * t + 1.0 / k;
    return static_cast<double>(exponent) * 0.6931471805599453 + 2 * z * sum;
}

}  // namespace carousel
