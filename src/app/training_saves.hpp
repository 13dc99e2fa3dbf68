#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/save_schedule.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"
#include "training/trainer.hpp"

namespace carousel {

/// What came of a save. Neither saved nor failed: the weights were not finite, which the next step
/// finds out.
struct SaveReport {
    bool saved = false;                    ///< the newest and the best weights are on disk
    std::optional<std::string> failure{};  ///< which files could not be written, and why
};

/// The model files of a run: when they are due, and which of them a save writes.
///
/// Law: whichever write fails, the best weights stay in memory until they are in their file, and no
/// others get there instead.
class TrainingSaves {
public:
    struct Config {
        const ModelFiles& files;  ///< outlives the object
        std::optional<TrainingLength> every;
        std::int64_t keep = 0;  ///< step files that stay; 0 = none are written
        bool resumed = false;   ///< the resume file is that which the run goes on from
        std::optional<std::uint64_t> best_step{};  ///< of the weights that the best file holds
        std::function<double()> clock;
    };
    /// `step`: where the run starts.
    TrainingSaves(const Config& config, std::uint64_t step);

    bool due(std::uint64_t step) const { return schedule_.due(step, config_.clock()); }

    /// Whether a save would take no more than a twentieth of the time since the last one.
    bool affordable() const;

    /// `model`, with its weights and without a state, is the best so far: the next save writes it.
    /// Nothing is kept whose weights are not finite.
    void keep_best(Snapshot model);

    /// The best model so far, from memory or from its file. Throws: InputError, SnapshotError.
    Snapshot best() const;

    /// Writes the newest weights and state, the best model where that is new, and a step file;
    /// each of them also where another one fails. Where nothing has been called the best yet, the
    /// first weights stand in for it; `averaged`: their mean does, and is in step files. `snapshot`
    /// holds the rest; its weights and state are filled for the files and left empty.
    SaveReport save(Snapshot& snapshot, const Trainer& trainer, bool averaged);

    /// Before a run ends by an error: the best model gets its file, if it can.
    void rescue_best() noexcept;

    /// Whether there is a state to go back to.
    bool saved_before() const { return newest_step_.has_value(); }

    /// What the files lack at the end, in whole sentences; empty where they hold the best and the
    /// newest weights.
    std::string shortfall() const;

    /// What the newest save took; 0 before the first.
    double seconds() const { return seconds_; }

private:
    void write_best();

    Config config_;
    SaveSchedule schedule_;
    double seconds_ = 0, ended_ = 0;
    std::optional<Snapshot> best_;                          // until it is in its file
    std::optional<std::uint64_t> best_step_, newest_step_;  // that the files hold
    std::string failure_;                                   // of the newest save; empty: none
};

}  // namespace carousel
