#pragma once

#include "app/evaluation_request.hpp"
#include "app/generation_request.hpp"
#include "app/training_request.hpp"

namespace carousel {

// What the fields of a request say together, before any file is opened. Doors call it first.

/// Throws: UsageError naming two options that contradict each other, or one that lacks another.
void require_consistent(const TrainingRequest& request);
void require_consistent(const GenerationRequest& request);
void require_consistent(const EvaluationRequest& request);

}  // namespace carousel
