#pragma once

#include <string>

#include "app/activation_report.hpp"

namespace carousel {

/// What was found of a model's units, but for the numbers of single characters, as one JSON object.
/// Layers count from 1, units from 0, as everywhere where people read them.
std::string activation_json(const ActivationReport& report, const std::string& file,
                            const std::string& text);

/// What is known of a cell that keeps nothing in a gate, for people; empty where it has such a
/// gate.
std::string about_forgetting(CellKind cell);

}  // namespace carousel
