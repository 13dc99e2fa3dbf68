#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "app/lab_report.hpp"
#include "app/lab_request.hpp"

namespace carousel {

/// How far a run is.
struct LabProgress {
    LabTask task;
    LabSummary summary;           ///< of the trials that have ended
    int trials = 0;               ///< to be run, and those run before
    std::uint64_t sequences = 0;  ///< of all trials so far
    std::uint64_t most = 0;       ///< of the trial under way that has had the most
};

/// Who listens to a run; called from any of its threads, never twice at once.
struct LabHost {
    std::function<double()> clock;  ///< seconds
    std::function<void(const LabProgress&)> tell;
    std::function<bool()> wish_to_stop;
};

/// Runs the trials of a task that its file does not have yet, and keeps what they come to there,
/// also when it is stopped or killed: then at most some seconds are lost.
/// Throws: UsageError; InputError when the file is another's, is in use, or cannot be written.
LabReport run_lab(const LabRun& run, int threads, const LabHost& host);

/// The same for a task of a request, after the run that it waits for (`request_before`), whose file
/// lies beside its own and whose report comes first. Of a run before that was stopped: that alone.
std::vector<LabReport> run_task(const LabRequest& request, LabTask task, int threads,
                                const LabHost& host);

}  // namespace carousel
