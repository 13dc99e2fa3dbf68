#include "app/validation_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

namespace {

constexpr double k_validations = 20;    // in a run
constexpr double k_fewest_points = 10;  // fewer points are no curve
constexpr double k_share = 0.05;        // of the time, at most, unless these would be fewer

/// The end of the part that progress is in, where what comes after `from` has so many parts.
double end_of_part(double progress, double from, double parts) {
    const double rest = 1 - std::min(from, 0.99);
    return from + rest * (std::floor((progress - from) / rest * parts) + 1) / parts;
}

}  // namespace

ValidationSchedule::ValidationSchedule(const Config& config) : config_(config) {
    begin(config.progress);
}

bool ValidationSchedule::due(std::uint64_t step, double progress, double seconds) const {
    if (config_.every) return step % static_cast<std::uint64_t>(*config_.every) == 0;
    if (progress < next_) return false;
    return !config_.time_bounds || seconds - ended_ >= took_ / k_share || progress >= latest_;
}

void ValidationSchedule::begin(double progress) {
    // Reading may have used up some of the time. Steps and epochs are counted from the first start,
    // so that a resumed run is validated where one without a stop would be.
    const double from = config_.time_bounds ? config_.progress : 0;
    next_ = end_of_part(progress, from, k_validations);
    latest_ = end_of_part(progress, from, k_fewest_points);
}

void ValidationSchedule::end(double seconds, double took) {
    ended_ = seconds;
    took_ = took;
}

}  // namespace carousel
