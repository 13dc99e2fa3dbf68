#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "app/save_schedule.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"
#include "training/trainer.hpp"

namespace carousel {

/// What a save writes besides the newest weights and state.
struct SaveKind {
    bool averaged = false;  ///< the weights to use are the averaged ones
    bool best = false;      ///< they are the best so far
};

/// What came of a save. Neither saved nor failed: the weights were not finite, which the next step
/// finds out.
struct SaveReport {
    bool saved = false;
    std::optional<std::string> failure{};  ///< why a file could not be written
};

/// The model files of a run: when they are due, and which of them a save writes.
class TrainingSaves {
public:
    struct Config {
        const ModelFiles& files;  ///< outlives the object
        std::optional<TrainingLength> every;
        std::int64_t keep = 0;  ///< step files that stay; 0 = none are written
        bool resumed = false;   ///< the files are those that the run goes on from
        std::function<double()> clock;
    };
    /// `step`: where the run starts.
    TrainingSaves(const Config& config, std::uint64_t step);

    bool due(std::uint64_t step) const { return schedule_.due(step, config_.clock()); }

    /// Writes the newest weights and state, and the best model where these weights are the best
    /// or it has never been written. `snapshot` holds the rest; its weights and state
    /// are filled for the files and left empty.
    SaveReport save(Snapshot& snapshot, const Trainer& trainer, const SaveKind& kind);

    /// The best weights so far are new: the next `save` of best weights writes them.
    void best_has_changed() { best_written_ = false; }

    bool saved_before() const { return saved_before_; }

    /// What the newest save took; 0 before the first.
    double seconds() const { return seconds_; }

private:
    void write(Snapshot& snapshot, const Trainer& trainer, std::vector<NamedTensor> weights,
               const SaveKind& kind);

    Config config_;
    SaveSchedule schedule_;
    double seconds_ = 0;
    bool saved_before_, best_written_;
};

}  // namespace carousel
