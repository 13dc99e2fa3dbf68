#include "training/learning_rate_schedule.hpp"

#include <algorithm>
#include <numbers>

namespace carousel {

namespace {

// (1 + cos(pi x)) / 2 on [0, 1] by the Taylor series of the sine: no library cosine, whose last bit
// differs between machines and would differ in every weight afterwards.
double half_cosine(double x) {
    const double u = std::numbers::pi * (0.5 - x), u2 = u * u;  // cos(pi x) = sin(u), |u| <= pi / 2
    double term = u, sum = 0;
    for (int k = 1; k <= 23; k += 2) {
        sum += term;
        term *= -u2 / ((k + 1) * (k + 2));
    }
    return 0.5 * (1.0 + sum);
}

}  // namespace

double scheduled_learning_rate(const TrainingConfig& config, std::uint64_t step, double progress) {
    const auto floor = static_cast<double>(config.final_learning_rate);
    const double x = std::clamp(progress, 0.0, 1.0);
    double factor = 1;
    if (config.schedule == Schedule::cosine) factor = floor + (1 - floor) * half_cosine(x);
    if (config.schedule == Schedule::linear) factor = 1 - (1 - floor) * x;
    const auto warmup = static_cast<double>(config.warmup);
    const double rise =
        config.warmup > 0 ? std::min(1.0, (static_cast<double>(step) + 1) / warmup) : 1.0;
    return static_cast<double>(config.learning_rate) * factor * rise;
}

}  // namespace carousel
