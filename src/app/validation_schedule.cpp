#include "app/validation_schedule.hpp"

#include <cmath>

namespace carousel {

namespace {

constexpr double k_validations = 20;  // in a run
constexpr double k_share = 0.04;      // of the time, at most, where time bounds the run

}  // namespace

ValidationSchedule::ValidationSchedule(const Config& config) : config_(config) {
    begin(config.progress);
}

bool ValidationSchedule::due(std::uint64_t step, double progress, double seconds) const {
    if (config_.every) return step % static_cast<std::uint64_t>(*config_.every) == 0;
    if (progress < next_) return false;
    return !config_.time_bounds || seconds - ended_ >= took_ / k_share;
}

void ValidationSchedule::begin(double progress) {
    next_ = (std::floor(progress * k_validations) + 1) / k_validations;
}

void ValidationSchedule::end(double seconds, double took) {
    ended_ = seconds;
    took_ = took;
}

}  // namespace carousel
