#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/training_events.hpp"
#include "app/training_plan.hpp"

namespace carousel {

// The lines that `train` and `plan` show, each without a newline. The first ones are for everybody;
// the details are for those who want numbers.

/// Now in UTC, as "2026-11-27T09:05:01Z".
std::string time_stamp();

/// How often a training reads its text and when it is done, as far as that is known: "I will read
/// your text 20 times; done at 23:18." `reader`: "I will".
std::string promise_line(std::string_view reader, bool own_text, std::optional<double> passes,
                         std::optional<double> seconds_left);

/// What there is to learn from.
std::string text_line(const Prepared& prepared);

/// "That takes 12 min: done at 23:18."
std::string end_line(double seconds_left);

/// What a run shows of a step while the next one is made.
std::string live_line(const Stepped& stepped);

/// What it shows of a validation.
std::string validation_line(const Validated& validated);

/// What it shows of the best at its end.
/// `closing`: what it was measured to be at the end; absent where the run was stopped.
std::string best_line(const BestLoss& best,
                      const std::optional<MeasuredLoss>& closing = std::nullopt);

/// A sample, set off from the lines around it.
std::string indented(std::string_view text);

// Details

std::string model_line(const Prepared& prepared);
std::string live_details(const Stepped& stepped);
std::string validation_details(const Validated& validated);

/// A plan in a few lines.
std::vector<std::string> plan_lines(const TrainingPlan& plan);

}  // namespace carousel
