#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/sample_schedule.hpp"
#include "app/save_schedule.hpp"
#include "app/time_budget.hpp"
#include "app/training_events.hpp"
#include "app/training_request.hpp"
#include "app/training_saves.hpp"
#include "app/training_text.hpp"
#include "app/training_verdict.hpp"
#include "app/validation.hpp"
#include "app/validation_schedule.hpp"
#include "mpi/process_group.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"
#include "training/trainer.hpp"

namespace carousel {

// A training, from its first step to its end. In which order to read it:
//
//   training.hpp             what is asked for becomes text, settings, model and a run
//   training_events.hpp      what a run tells: all that is shown, logged or drawn comes from there
//   training_run.cpp         the loop: step, validate, sample, save; and its end
//   validation_schedule, sample_schedule, save_schedule, time_budget    when something is due
//   validation               how much of the text a validation reads, on the way and at the end
//   best_model, recovery     which weights are the best; what follows a divergence
//   training_saves           which files a save writes
//   training_verdict         what the losses of a run tell
//
// What never happens here: a run prints nothing, reads no clock and no signal of the system, and
// ends no program. The wish to stop, the clock and whoever listens are passed in.

/// Who trains: how time passes for them, what they hear, and whether they want the end.
struct TrainingHost {
    std::function<double()> clock;  ///< seconds since the work was asked for
    TellTraining tell;
    /// Asked between steps: absent as long as the run shall go on, else the word that the log keeps
    /// of the wish, as "SIGINT".
    std::function<std::optional<std::string>()> wish_to_stop{};
    std::string begun{};                ///< when, in UTC: "2026-11-27T09:05:01Z"; may be empty
    bool closing_sample = true;         ///< whether `Ended` brings what the best model writes
    ProcessGroup* processes = nullptr;  ///< that train with this one; null: it is alone
};

struct TrainingOutcome {
    TrainingEnd end = TrainingEnd::length;
    std::string shortfall{};  ///< what the model's files lack, in whole sentences; empty: nothing
};

/// A training from here to its end: steps, validation, samples, saves, and the way back after a
/// divergence.
class TrainingRun {
public:
    /// The references outlive the run.
    struct Config {
        const TrainingRequest& request;
        const ModelFiles& files;
        std::optional<std::uint64_t> best_step{};  ///< of the weights that the best file holds
        std::optional<Snapshot> best{};  ///< the best model so far where its file does not hold it
        const Tokenizer& writer;         ///< of samples: it knows what may be written
        ValidationText validation;
        std::optional<Prospect> prospect{};  ///< of a run planned by time
        const TrainingHost& host;
        TellTraining tell;                        ///< the host, and who else listens
        std::function<double()> closing_seconds;  ///< that listeners will take at the end
        std::function<std::vector<NamedTensor>()> first_weights;  ///< that a new run starts from
    };

    /// `snapshot` holds what a file says besides weights and state; it grows with the run.
    TrainingRun(const Config& config, Snapshot snapshot, Trainer& trainer);

    /// Throws: DivergenceError at the fourth divergence.
    TrainingOutcome run();

private:
    void train();

    // where the run stands
    double seconds() const;  ///< of all runs together
    double progress() const;
    double epochs() const;
    bool out_of_patience() const;
    bool finished() const { return progress() >= 1 || out_of_patience(); }
    bool stopped();
    HistoryRecord record() const;
    Standing standing() const { return {snapshot_, record(), progress(), closing_loss_}; }

    // what it does
    void step();
    void tell_step(double gradient_norm);
    bool validation_due() const;
    void validate();
    MeasuredLoss mean_of_nets(const std::function<MeasuredLoss(Way)>& measure) const;
    void tell_slice(const MeasuredLoss& measured);
    void measure_best();
    std::string sample(std::uint64_t length);
    void sample_now();
    bool save();
    Snapshot model_of_now(const HistoryRecord& validation) const;
    void go_back(const StepReport& report);
    TrainingOutcome end();
    bool take_best_weights();

    Config config_;
    Snapshot snapshot_;
    Trainer* trainer_;

    std::uint64_t first_step_;
    double seconds_before_;  ///< used by earlier runs
    TimeBudget budget_;
    double closing_sample_seconds_ = 0.3;
    TrainingSaves saves_;
    Validation validation_;
    ValidationSchedule validations_{{}};
    SampleSchedule samples_{std::nullopt, 0};

    double learning_rate_ = 0;      ///< of the last step
    double stepping_seconds_ = 0;   ///< of this run, without validation and saving
    double measuring_seconds_ = 0;  ///< that the newest validation took, without saving
    std::optional<std::uint64_t> validated_step_;
    std::optional<MeasuredLoss> slice_;         ///< the newest validation of this run
    std::optional<MeasuredLoss> closing_loss_;  ///< of the best model, at the end
    std::optional<std::string> wish_;           ///< to stop
};

}  // namespace carousel
