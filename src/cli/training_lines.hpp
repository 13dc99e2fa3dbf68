#pragma once

#include <string>
#include <vector>

#include "app/training_events.hpp"
#include "app/training_plan.hpp"

namespace carousel {

// The lines that `train` and `plan` show, each without a newline.

/// What there is to learn from, and what learns.
std::string text_line(const Prepared& prepared);
std::string model_line(const Prepared& prepared);

/// A plan in a few lines. `left`: seconds until the end.
std::vector<std::string> plan_lines(const TrainingPlan& plan, double left);

/// What a run shows of a validation, of which `best` tells whether it is the best so far.
std::string validation_line(const HistoryRecord& record, double epochs, bool best);

/// What it shows of the best at its end.
std::string best_line(const BestLoss& best);

/// A sample, set off from the lines around it.
std::string indented(const std::string& text);

}  // namespace carousel
