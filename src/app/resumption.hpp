#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

// A resumed run finds the world as it is now. Its text is compared where it is read
// (`training_text`); here it is told whether the best model that the resume file speaks of is still
// in its file, and whether the place at which the run stands is still in the text.

/// The best model of a run that goes on.
struct FoundBest {
    std::optional<BestLoss> best{};            ///< what is known to be the best, and is kept
    std::optional<std::uint64_t> file_step{};  ///< of the weights in the best file; absent: no file
    bool in_hand = false;   ///< the weights of the resume file are the best, and not in their file
    std::string warning{};  ///< whole sentences; empty where all is as it was left
};

/// `file`: what the best file holds, or nothing. A kill between two writes leaves a better model in
/// it than the resume file knows of, which is then the best.
FoundBest find_best(const Snapshot& resume, const std::optional<Snapshot>& file);

/// The same of files. A damaged best file counts as none, and is replaced by the next save.
/// Throws: InputError where the file holds a model of another run, or cannot be read.
FoundBest find_best(const Snapshot& resume, const ModelFiles& files);

/// Whether two snapshots were saved by one run, through all its resumes.
bool is_same_run(const Snapshot& a, const Snapshot& b);

/// The weights that `best` speaks of, which the resume file holds.
Snapshot best_in_hand(const Snapshot& resume);

/// Fits the place of a run to a text of so many windows. Where the text is another one, the run
/// begins its next pass; where it is the same, such a place is a lie.
/// Throws: SnapshotError.
void require_place(TrainingState& state, std::uint64_t windows_per_epoch, bool changed_corpus);

/// What a run knew by comparison with a text that is now another one: its best loss, and the losses
/// that patience counts. Weights, training losses and times stay.
void forget_validations(Snapshot& run);

}  // namespace carousel
