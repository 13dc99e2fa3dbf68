#pragma once

#include <cstddef>
#include <string>

#include "app/lab_report.hpp"

namespace carousel {

// Lines of JSON, each with its end: of the files in which runs of the lab are kept, and for
// scripts.

/// What a run is: task, sizes, rules, seed.
std::string lab_start_line(const TrialConfig& config);

/// A trial that has ended.
std::string lab_trial_line(const TrialResult& result, std::size_t number);

/// A run: the lines of what it is, of its trials, and of what they come to beside the paper.
std::string lab_json(const LabReport& report);

}  // namespace carousel
