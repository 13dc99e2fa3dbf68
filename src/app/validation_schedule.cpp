#include "app/validation_schedule.hpp"

#include <cmath>

namespace carousel {

namespace {

constexpr double k_validations = 20;  // in a run
constexpr double k_fewest = 10;       // fewer points are no curve
constexpr double k_share = 0.05;      // of the time, at most, unless these would be fewer

/// The next of so many parts of a run.
double next_part(double progress, double parts) {
    return (std::floor(progress * parts) + 1) / parts;
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
    next_ = next_part(progress, k_validations);
    latest_ = next_part(progress, k_fewest);
}

void ValidationSchedule::end(double seconds, double took) {
    ended_ = seconds;
    took_ = took;
}

}  // namespace carousel
