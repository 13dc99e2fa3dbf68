#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/activation_report.hpp"

namespace carousel {

/// The lists of what was found, as `inspect --json` prints them and as a page holds them: features,
/// gates, memory, boundaries. Layers count from 1, units from 0, as everywhere where people read
/// them; signals have their names.
nlohmann::ordered_json found_lists(const ActivationReport& report);

/// What was found of a model's units, but for the numbers of single characters, as one JSON object.
std::string activation_json(const ActivationReport& report, const std::string& file,
                            const std::string& text);

/// What is known of a cell that keeps nothing in a gate, for people; empty where it has such a
/// gate.
std::string about_forgetting(CellKind cell);

}  // namespace carousel
