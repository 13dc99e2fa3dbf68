#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Measures a model on a text and prints the result to standard output. Returns 0.
/// Throws: Error, as base/error.hpp tells its kinds.
int evaluate(const EvaluationRequest& options, const GlobalOptions& global);

}  // namespace carousel
