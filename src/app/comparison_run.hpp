#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "app/comparison.hpp"
#include "app/events.hpp"
#include "app/training_events.hpp"

namespace carousel {

/// What is to be done stands: so many trainings, of which some may be over already.
struct ComparisonBegun {
    const Comparison& comparison;
    std::filesystem::path folder;
    std::size_t runs = 0, done = 0;
};

/// A training begins, or goes on. `number`: of it among all, from 1.
struct RunBegun {
    const ComparedRun& run;
    const ComparedCell& cell;
    std::size_t number = 0, runs = 0;
    bool resumed = false;
};

/// An update was made.
struct RunStepped {
    const RunBegun& of;
    const Stepped& step;
};

/// A training is over and its model measured, or it has failed.
struct RunEnded {
    const RunBegun& of;
};

using ComparisonEvent = std::variant<Note, Detail, Skipped, Warning, Progress, ComparisonBegun,
                                     RunBegun, RunStepped, RunEnded>;
using TellComparison = std::function<void(const ComparisonEvent&)>;

/// Who compares: as `TrainingHost`.
struct ComparisonHost {
    std::function<double()> clock;  ///< seconds
    TellComparison tell;
    std::function<std::optional<std::string>()> wish_to_stop{};
    std::string begun{};
};

struct ComparisonResult {
    Comparison comparison;
    ComparisonFiles files;
    bool stopped = false;  ///< as was wished; the same request goes on
};

/// Trains the cells of a request one after the other, each seed of all before the next, measures
/// the models and writes record and page anew after each. What is finished stays, a training that
/// was stopped or killed goes on where its last save stands, and what is new is added.
///
/// Law: with a length in steps or epochs, an interrupted comparison has the losses, samples and
/// weights of one that was not.
/// Throws: UsageError for what contradicts itself or the comparison that is there; InputError where
/// another process works on it, or for text too short to be compared on; all errors of trainings
/// but a divergence, which is told as the failure of its run.
ComparisonResult run_comparison(const ComparisonRequest& request, const ComparisonHost& host);

}  // namespace carousel
