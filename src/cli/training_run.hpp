#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "app/training_log.hpp"
#include "app/training_verdict.hpp"
#include "cli/options.hpp"
#include "cli/screen.hpp"
#include "cli/training_page.hpp"
#include "cli/training_saves.hpp"
#include "cli/training_text.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "data/corpus.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"
#include "training/trainer.hpp"

namespace carousel {

/// What a run needs besides the trainer. The references outlive the run.
struct TrainingRunConfig {
    const TrainingRequest& options;
    const ModelFiles& files;
    const Corpus& corpus;
    ValidationText validation;
    std::chrono::steady_clock::time_point start;  ///< of the command
    std::optional<Prospect> prospect{};           ///< of a run planned by time
};

/// A training from here to its end: steps, validation, samples, saves, signals, and the way back
/// after a divergence. `snapshot` holds what a file says besides weights and state; it grows with
/// the run.
class TrainingRun {
public:
    TrainingRun(const TrainingRunConfig& config, Snapshot snapshot, LanguageModel& model,
                Trainer& trainer, ThreadPool& pool, Screen& screen, TrainingLog& log);

    /// Returns the exit code: 0; 130, 143 or 129 after a signal, 1 when the last save failed.
    /// Throws: DivergenceError at the fourth divergence.
    int run();

private:
    double seconds() const;  ///< of all runs together
    double progress() const;
    bool finished() const;
    bool out_of_patience() const;
    double epochs() const;
    HistoryRecord record() const;

    void step();
    void show_live();
    bool validation_due() const;
    void validate();
    double validation_loss(const LanguageModel& model) const;  ///< nats per character
    void sample(std::uint64_t length, bool result);
    TrainingPage::Standing standing(std::string words = {}) const;
    void update_page();
    bool save();
    void recover(const StepReport& report);
    void say_goodbye(int signal, bool saved);

    TrainingRunConfig config_;
    Snapshot snapshot_;
    LanguageModel* model_;
    Trainer* trainer_;
    ThreadPool* pool_;
    Screen* screen_;
    TrainingLog* log_;
    TrainingSaves saves_;
    std::optional<TrainingPage> page_;

    double seconds_before_;  ///< used by earlier runs
    double validation_seconds_ = 0, closing_sample_seconds_ = 0.3;
    double next_validation_ = 0, next_sample_ = 0.25;  ///< progress
    double last_validation_at_ = 0;                    ///< seconds
    std::chrono::steady_clock::time_point last_log_;
    std::uint64_t first_step_;
    double learning_rate_ = 0;     ///< of the last step
    double stepping_seconds_ = 0;  ///< of this run, without validation and saving
    std::optional<std::uint64_t> validated_step_;
    std::optional<LanguageModel> averaged_;  ///< with the averaged weights, where they are kept
};

}  // namespace carousel
