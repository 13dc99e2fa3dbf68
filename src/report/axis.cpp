#include "report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace carousel {

std::vector<double> round_ticks(double low, double high, int most) {
    const double least = (high - low) / most;
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    double distance = 10 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
        if (factor * power >= least * (1 - 1e-9)) distance = factor * power;
    }
    // Counted in whole distances, so that no error adds up; the small part is for limits that are
    // ticks.
    const auto first = std::ceil(low / distance - 1e-6);
    const auto last = std::floor(high / distance + 1e-6);
    std::vector<double> ticks;
    for (double n = first; n <= last; ++n) ticks.push_back(n * distance);
    return ticks;
}

std::string tick_label(double value, double distance) {
    if (std::abs(value) < distance * 1e-6) return "0";
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(distance) + 1e-9)));
    if (decimals > 4) return fmt::format("{:.3g}", value);
    auto digits = fmt::format("{:.{}f}", value, decimals);
    if (decimals > 0) return digits;
    const std::ptrdiff_t sign = value < 0 ? 1 : 0;
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > sign; at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

TimeUnit time_unit(double seconds) {
    if (seconds < 120) return {"seconds", 1};
    if (seconds < 7200) return {"minutes", 60};
    return {"hours", 3600};
}

}  // namespace carousel
