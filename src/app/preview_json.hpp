#pragma once

#include <string>

#include "app/training.hpp"

namespace carousel {

/// What a training would be, as one JSON object.
std::string preview_json(const TrainingPreview& preview);

}  // namespace carousel
