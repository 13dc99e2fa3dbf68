#pragma once

#include <chrono>
#include <cstdint>

#include "cli/options.hpp"
#include "cli/screen.hpp"
#include "cpu/language_model.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"
#include "training/trainer.hpp"

namespace carousel {

/// What a save writes besides the newest weights and state.
struct SaveKind {
    bool averaged = false;  ///< the weights to use are the averaged ones
    bool best = false;      ///< they are the best so far
};

/// The model files of a run: when they are due, and which of them a save writes.
class TrainingSaves {
public:
    /// The references must outlive the object. `step`: where the run starts.
    TrainingSaves(const ModelFiles& files, const TrainingRequest& options, Screen& screen,
                  std::uint64_t step);

    bool due(std::uint64_t step) const;

    /// Writes the newest weights and state, and the best model where these weights are the best
    /// or it has never been written. `snapshot` holds the rest; its weights and state
    /// are filled for the files and left empty.
    /// Returns false, with a warning, when a file cannot be written or the weights are not finite
    /// (which the next step finds out).
    bool save(Snapshot& snapshot, const LanguageModel& model, const Trainer& trainer,
              const SaveKind& kind);

    /// The best weights so far are new: the next `save` of best weights writes them.
    void best_has_changed() { best_written_ = false; }

    bool saved_before() const { return saved_before_; }

    /// What the newest save took; 0 before the first.
    double seconds() const { return seconds_; }

private:
    void write(Snapshot& snapshot, const LanguageModel& model, const Trainer& trainer,
               const SaveKind& kind);

    const ModelFiles& files_;
    const TrainingRequest& options_;
    Screen& screen_;
    std::chrono::steady_clock::time_point last_;
    std::uint64_t last_step_;
    double seconds_ = 0;
    bool saved_before_, best_written_;
};

}  // namespace carousel
