#pragma once

#include <string>

#include "app/activation_report.hpp"

namespace carousel {

/// What was found of a model's units, as tables for a terminal.
std::string activation_text(const ActivationReport& report);

/// A length of memory for people: "3.2 characters", "without end".
std::string memory_words(double characters);

}  // namespace carousel
