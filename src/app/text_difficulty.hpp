#pragma once

#include "app/training_text.hpp"

namespace carousel {

/// Nats per character of a 5-gram model that has counted the last 500,000 symbols to learn from, on
/// the first 50,000 to validate on (without a validation text: on the last of those to learn from,
/// which are then not counted). It takes about half a second and tells how hard the text is.
/// Absent where there is too little text to tell.
std::optional<double> text_difficulty(const TrainingText& text);

}  // namespace carousel
