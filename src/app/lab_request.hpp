#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "lab/trial.hpp"

namespace carousel {

/// What `carousel lab TASK` is asked for. What is absent is as the paper has it.
struct LabRequest {
    std::vector<LabTask> tasks;
    std::optional<int> length{}, symbols{}, lag{}, signal{}, blocks{}, block_size{}, most_wrong{};
    std::optional<double> learning_rate{};
    bool fed_by_gates = true;
    std::optional<std::uint64_t> limit{};
    LabRules rules = LabRules::paper;
    std::optional<CellKind> cell{};  ///< under modern rules; absent: lstm
    std::optional<int> hidden_size{};
    std::optional<int> trials{};
    int first_trial = 0;  ///< number of the first
    std::uint64_t seed = 1;
    std::optional<int> threads{};
    std::optional<std::filesystem::path> output{};  ///< absent: lab/NAME.jsonl
    std::optional<std::filesystem::path> html{};
    bool json = false;
};

/// The run that a request makes of one of its tasks: trials `first_trial` to `trials` - 1.
struct LabRun {
    TrialConfig config;
    int first_trial = 0, trials = 0;
    std::filesystem::path file{};  ///< where its trials are kept
};

/// Throws: UsageError for a kind of net that the lab does not have.
void require_recurrent(CellKind cell);

/// Throws: UsageError for sizes that a task does not have, or that make no sequences.
LabRun lab_run(const LabRequest& request, LabTask task);

/// The plain net under modern rules stops at ten times the sequences that `lstm` needs in the mean,
/// unless a limit was given: the request for that `lstm`, which is run before. Absent for any other
/// request.
std::optional<LabRequest> request_before(const LabRequest& request);

/// That limit, when the trials of `lstm` needed so many sequences.
std::uint64_t plain_net_limit(double sequences);

}  // namespace carousel
