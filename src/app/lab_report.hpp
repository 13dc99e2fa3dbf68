#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/published_results.hpp"
#include "lab/trials.hpp"

namespace carousel {

/// What the trials of a run that have ended come to.
struct LabSummary {
    int trials = 0, solved = 0;
    double sequences = 0, fewest = 0, most = 0;  ///< of those that were solved: mean and range
    double first = 0;                            ///< mean until the first of two criteria; 0: none
    std::optional<double> wrong{}, mean_square{};  ///< means of the last tests
};

LabSummary summarize(const std::vector<TrialRecord>& records);

/// A run as it stands.
struct LabReport {
    TrialConfig config;
    std::vector<TrialRecord> records;
    bool complete = false;
    LabSummary summary;
    std::optional<PublishedResult> published;
};

/// "T = 100", "p = q = 1000": the sizes of a task.
std::string sizes_of(const Experiment& experiment);

/// The run beside the paper, a row each: name, ours, the paper's.
std::vector<std::vector<std::string>> lab_rows(const LabReport& report);

/// The same for a terminal, below what the run is.
std::string lab_table(const LabReport& report);

/// All tasks with their sizes and what the paper reports.
std::string lab_overview();

/// A page with the tables of several runs.
std::string lab_page(const std::vector<LabReport>& reports);

}  // namespace carousel
