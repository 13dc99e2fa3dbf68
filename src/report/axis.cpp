#include "report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace carousel {

std::vector<double> round_ticks(double low, double high, int most) {
    // Halves, so that limits of any size have a difference that is a number.
    const double least = (high / 2 - low / 2) / most * 2;
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    double distance = 10 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
        if (factor * power >= least * (1 - 1e-9)) distance = factor * power;
    }
    // Counted in whole distances, so that no error adds up; the small part is for limits that are
    // ticks. They are counted from the first on, and never further than there is room for: limits
    // that lie so close that a double cannot count between them have none.
    const auto first = std::ceil(low / distance - 1e-6);
    const auto last = std::floor(high / distance + 1e-6);
    std::vector<double> ticks;
    for (int n = 0; n <= most && first + n <= last; ++n) ticks.push_back((first + n) * distance);
    std::erase_if(ticks, [](double tick) { return !std::isfinite(tick); });
    ticks.erase(std::unique(ticks.begin(), ticks.end()), ticks.end());
    return ticks;
}

std::string tick_label(double value, double distance) {
    if (std::abs(value) < distance * 1e-6) return "0";
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(distance) + 1e-9)));
    constexpr double k_longest = 1e9;
    if (decimals > 4 || std::abs(value) >= k_longest) return fmt::format("{:.3g}", value);
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
