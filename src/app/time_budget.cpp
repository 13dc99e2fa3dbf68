#include "app/time_budget.hpp"

#include <algorithm>

namespace carousel {

double TimeBudget::progress(std::uint64_t step, double seconds, double closing) const {
    const auto steps = static_cast<double>(step);
    switch (length_.kind) {
        case LengthKind::steps:
            return steps / length_.amount;
        case LengthKind::epochs:
            return steps / (length_.amount * static_cast<double>(steps_per_epoch_));
        case LengthKind::seconds:
            break;
    }
    return seconds / std::max(length_.amount - closing, length_.amount / 2);
}

double TimeBudget::left(const Pace& pace) const {
    if (time_bounds()) return std::max(0.0, length_.amount - pace.seconds);
    const double part = std::min(1.0, pace.progress);
    const double steps = static_cast<double>(pace.step) / std::max(part, 1e-9);
    return pace.seconds_per_step * steps * (1 - part);
}

}  // namespace carousel
