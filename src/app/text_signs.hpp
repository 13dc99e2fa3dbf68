#pragma once

#include <optional>

#include "app/training_text.hpp"

namespace carousel {

/// The share of the characters to learn from that are brackets and operators, any of
/// `{}()[]<>=+*/&|_#\@%$^~` and the backtick: prose and verse have less than a hundredth of them,
/// programs, marked up texts and logs more than three. Of a long text evenly spaced stretches are
/// looked at, 500,000 symbols in all. Characters that are spelled in several symbols are none.
/// Absent where there is too little text to tell.
std::optional<double> share_of_signs(const TrainingText& text);

}  // namespace carousel
