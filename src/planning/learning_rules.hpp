#pragma once

#include <cstdint>

#include "model/training_config.hpp"
#include "planning/expected_loss.hpp"

namespace carousel {

/// Rounded to two digits, which is more than a learning rate needs. Range: value > 0.
float two_digits(double value);

/// How hard a run presses on its text: (passes − 1) · √(parameters / characters of text); 0 for one
/// pass and less, which cannot over-fit.
double pressure(const Outlook& outlook);

/// Sets the dropout rates, the peak of the learning rate and its warm-up by rule:
///
///   output = 0.75 pressure / (pressure + 67), between = 0.8 output − 0.02,
///   recurrent = 0.7 output − 0.06, in twentieths, at most 0.6, 0.6 and 0.4;
///   rate = 0.006 · (256 / H)^0.7 · (b / 2048)^0.35 · (48 / passes)^0.25, the factors at
///   most 1.25, 1.5 and 1; warm-up of 60 updates, or a tenth of the run.
///
/// `hidden_size` H. Law: rates of dropout never fall when only the passes grow.
/// The runs behind it: docs/recipes.md.
void apply_learning_rules(const Outlook& outlook, std::int64_t hidden_size,
                          TrainingConfig& training);

}  // namespace carousel
