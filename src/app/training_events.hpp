#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "app/events.hpp"
#include "model/language_model_config.hpp"
#include "model/training_config.hpp"
#include "model/training_state.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

// What a training tells while it happens, in this order: `Progress` of reading, `Prepared`; then
// `Begun`, for each step `Stepped` or `Recovered`, now and then `Validated`,
// `Sampled`, `Saved` or `SaveFailed`, between two steps `Rested`; and at the end `Ended`, or
// `Diverged` before the error is thrown. Notes and warnings may come at any time.
//
// Whoever listens is called by the thread that trains, which waits: what is to live longer than the
// call is copied. References in an event are valid during the call.

class TrainingText;
struct TrainingPlan;
struct TrainingRequest;

/// A validation loss, and how much text it was measured on.
struct MeasuredLoss {
    double nats = 0;               ///< a character
    std::uint64_t characters = 0;  ///< that were predicted
    bool whole = false;            ///< they are all that there are to validate on
};

/// Text, settings and model stand.
struct Prepared {
    const TrainingRequest& request;
    const TrainingText& text;
    const TrainingPlan& plan;
    const LanguageModelConfig& model;
    const TrainingConfig& training;
    std::filesystem::path file;  ///< where the best model will be
    std::uint64_t parameters = 0;
    std::string machine;                                ///< "2 threads, avx512"
    std::string_view begun{};                           ///< as `TrainingHost` says
    std::optional<double> passes{};                     ///< over the text, of the whole run
    std::optional<double> seconds_left{};               ///< of a run planned by time
    std::optional<std::filesystem::path> resumed{};     ///< the file that the run goes on from
    std::uint64_t step = 0;                             ///< that it goes on from
    std::optional<std::filesystem::path> tuned_from{};  ///< the model whose weights it starts from
    std::uint64_t new_symbols = 0;                      ///< that this model did not know
};

/// Where a run stands.
struct Standing {
    const Snapshot& snapshot;  ///< settings, history and best loss; its weights are empty
    HistoryRecord now;         ///< of the newest step
    double progress = 0;       ///< the part of the run that is over; 1 or more at its end
    /// Of the best model on the whole validation text: the figure to quote. Only at the end.
    std::optional<MeasuredLoss> closing{};
};

/// The first step comes.
struct Begun {
    Standing run;
};

/// An update was made.
struct Stepped {
    Standing run;
    double characters_per_second = 0;
    std::optional<double> seconds_left{};  ///< absent in the first second, when nobody can tell
    double gradient_norm = 0;              ///< before clipping
};

struct Validated {
    Standing run;   ///< `run.now` has the validation
    double epochs;  ///< passes over the text so far
    bool best = false;
    MeasuredLoss measured{};  ///< the loss, and how much text it was measured on
};

/// What the newest model writes, as it came from the model: not yet harmless for a terminal.
struct Sampled {
    std::string text;
};

/// All that was due after a step is done, and another one comes.
struct Rested {
    Standing run;
};

struct Saved {
    std::uint64_t step = 0;
};

/// A save has failed; the training goes on, and the next one tries again.
struct SaveFailed {
    std::uint64_t step = 0;
    std::string text;  ///< what failed, and why
};

/// A step was not finite. The run has gone back to an earlier one, and goes on more slowly.
struct Recovered {
    std::uint64_t step = 0, back_to = 0;
    std::string text;
};

/// A step was not finite for the last time that is borne.
struct Diverged {
    Standing run;
    std::string text;
};

/// Why a run ends.
enum class TrainingEnd : std::uint8_t {
    length,    ///< it has had all that was asked for
    patience,  ///< so many validations in a row brought no new best
    stopped,   ///< its caller wished so
};

struct Ended {
    Standing run;
    TrainingEnd end = TrainingEnd::length;
    bool saved = false;                   ///< the files hold the best and the newest weights
    std::string shortfall{};              ///< else what they lack, in whole sentences
    std::string why{};                    ///< of patience a sentence, of a stop the caller's word
    std::string verdict{};                ///< what is to be said of the run
    std::optional<std::string> sample{};  ///< of the best model, where one was wished for
};

using TrainingEvent =
    std::variant<Note, Detail, Skipped, Warning, Progress, Prepared, Begun, Stepped, Validated,
                 Sampled, Rested, Saved, SaveFailed, Recovered, Diverged, Ended>;
using TellTraining = std::function<void(const TrainingEvent&)>;

/// For work inside a training.
inline TellWork work_of(const TellTraining& tell) {
    return [&tell](const WorkEvent& event) { std::visit([&](const auto& e) { tell(e); }, event); };
}

}  // namespace carousel
