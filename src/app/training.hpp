#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/training_plan.hpp"
#include "app/training_request.hpp"
#include "app/training_run.hpp"
#include "model/machine.hpp"

namespace carousel {

/// What became of a training.
struct TrainingResult {
    TrainingOutcome outcome;
    std::filesystem::path model;   ///< the file of the best weights
    std::string prompt;            ///< words that the text begins with; empty: none of use
    std::string report_failure{};  ///< why the report is not as it should be; empty: it is
};

/// Trains a model as asked: reads the text, chooses the settings, and runs to the end. The files of
/// the model are its caller's only answer besides what it tells.
/// Throws: Error, as base/error.hpp tells its kinds.
TrainingResult run_training(const TrainingRequest& request, const Machine& machine,
                            const TrainingHost& host);

/// On a machine of its own, with the threads of the request.
TrainingResult run_training(const TrainingRequest& request, const TrainingHost& host);

/// What `run_training` would do with the same request.
struct TrainingPreview {
    TrainingPlan plan;
    std::uint64_t characters_to_learn_from = 0, characters_to_validate_on = 0;
    std::uint64_t parameters = 0;
    double seconds = 0;  ///< the time asked for, else that of the steps or epochs
};

/// Writes no file. The speed of the machine is measured for about a second; `team`: of whom none
/// are there yet.
TrainingPreview preview_training(const TrainingRequest& request, const TrainingHost& host,
                                 const TrainingTeam& team = {});

}  // namespace carousel
