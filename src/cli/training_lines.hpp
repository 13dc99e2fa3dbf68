#pragma once

#include <string>

#include "model/training_state.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// What a run shows of a validation, of which `best` tells whether it is the best so far.
std::string validation_line(const HistoryRecord& record, double epochs, bool best);

/// What it shows of the best at its end.
std::string best_line(const BestLoss& best);

/// A sample, set off from the lines around it.
std::string indented(const std::string& text);

}  // namespace carousel
