#pragma once

#include <algorithm>
#include <cmath>

namespace carousel {

/// How far two sequences of equal length are apart at their worst, and how large the second is.
struct Distance {
    double difference = 0;  ///< max |a - b|; infinite when one is not a number
    double size = 0;        ///< max |b|

    /// Against the larger of the second sequence and `floor`.
    double relative(double floor = 1e-30) const { return difference / std::max(size, floor); }
};

template <typename A, typename B>
Distance distance(const A& a, const B& b) {
    Distance d;
    auto other = b.begin();
    for (const auto x : a) {
        const auto y = static_cast<double>(*other++);
        const double apart = std::abs(static_cast<double>(x) - y);
        d.difference = std::isnan(apart) ? HUGE_VAL : std::max(d.difference, apart);
        d.size = std::max(d.size, std::abs(y));
    }
    return d;
}

}  // namespace carousel
