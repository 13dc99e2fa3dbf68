#include "planning/learning_rules.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

namespace {

// Whole twentieths: nobody has measured more finely. At most `most`.
float rate(double value, double most) {
    return static_cast<float>(std::round(std::clamp(value, 0.0, most) * 20) / 20);
}

double passes(const Outlook& outlook) {
    return outlook.characters / outlook.text;
}

}  // namespace

float two_digits(double value) {
    const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1);
    return static_cast<float>(std::round(value / unit) * unit);
}

double pressure(const Outlook& outlook) {
    return std::max(0.0, passes(outlook) - 1) * std::sqrt(outlook.parameters / outlook.text);
}

void apply_learning_rules(const Outlook& outlook, std::int64_t hidden_size,
                          TrainingConfig& training) {
    const double pressed = pressure(outlook), output = 0.75 * pressed / (pressed + 67);
    training.dropout_output = rate(output, 0.6);
    training.dropout_between = rate(0.8 * output - 0.02, 0.6);
    training.dropout_recurrent = rate(0.7 * output - 0.06, 0.4);

    const double size = std::min(1.25, std::pow(256.0 / static_cast<double>(hidden_size), 0.7));
    const double batch = std::min(1.5, std::pow(outlook.batch / 2048, 0.35));
    const double repeats = std::min(1.0, std::pow(48 / passes(outlook), 0.25));
    training.learning_rate = two_digits(6e-3 * size * batch * repeats);

    const double updates = outlook.characters / outlook.batch;
    training.warmup = static_cast<std::int64_t>(std::clamp(updates / 10, 1.0, 60.0));
}

}  // namespace carousel
