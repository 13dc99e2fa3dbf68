#pragma once

#include <filesystem>
#include <vector>

#include "app/lab_request.hpp"
#include "lab/trials.hpp"

namespace carousel {

/// The trials of a run as its file has them, `trials` or more; a run that has no file has not begun
/// any. Files of parts of a run, put one behind another, are a file of the run.
/// Throws: InputError for a file that is not that of this run.
std::vector<TrialRecord> read_lab_file(const LabRun& run);

/// Replaces the file of the run: JSON lines, the first tells what the run is, each other a trial.
/// Throws: InputError.
void write_lab_file(const LabRun& run, const std::vector<TrialRecord>& records);

}  // namespace carousel
