#include "app/training_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/best_model.hpp"
#include "app/recovery.hpp"
#include "app/sample.hpp"
#include "app/training_settings.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "snapshot/snapshot_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_sample = 200, k_closing_sample = 400;  // characters

}  // namespace

TrainingRun::TrainingRun(const Config& config, Snapshot snapshot, Trainer& trainer)
    : config_(config),
      snapshot_(std::move(snapshot)),
      trainer_(&trainer),
      first_step_(trainer.counters().step),
      seconds_before_(trainer.counters().seconds),
      budget_(snapshot_.training.length, trainer.steps_per_epoch()),
      saves_({config.files, config.request.save_every, config.request.keep.value_or(0),
              config.request.resume, config.best_step, config.host.clock},
             first_step_),
      validation_(config.validation, snapshot_.training) {
    if (config_.best) saves_.keep_best(std::move(*config_.best));
    config_.best.reset();
    const double from = config.request.resume ? progress() : 0;
    validations_ = ValidationSchedule({.every = config.request.validate_every,
                                       .time_bounds = budget_.time_bounds(),
                                       .progress = progress()});
    samples_ = SampleSchedule(config.request.sample_every, from);
    const auto& history = snapshot_.history;
    if (!history.empty() && history.back().has_validation) validated_step_ = history.back().step;
}

TrainingOutcome TrainingRun::run() {
    try {
        train();
        return end();
    } catch (...) {
        saves_.rescue_best();
        throw;
    }
}

void TrainingRun::train() {
    config_.tell(Begun{standing()});
    if (config_.request.resume && progress() >= 1) {
        config_.tell(
            Note{"The run has had its whole length. It goes on where --steps, --epochs or --time "
                 "give it more."});
    }
    // Even where reading has used up the time, a new model takes one step: it is then measured.
    while ((!finished() || trainer_->counters().step == 0) && !stopped()) {
        step();
        if (stopped()) break;
        if (validation_due()) validate();
        if (samples_.due(trainer_->counters().step, progress(), config_.host.clock()) &&
            !finished())
            sample_now();
        if (!finished()) config_.tell(Rested{standing()});
        if (saves_.due(trainer_->counters().step) && !finished()) save();
    }
}

// ---- where the run stands

double TrainingRun::seconds() const {
    return seconds_before_ + config_.host.clock();
}

double TrainingRun::progress() const {
    // What comes after the last step belongs to the time that was asked for.
    const auto step = trainer_->counters().step;
    const double models = trainer_->averages() ? 2 : 1;  // that a validation on the way measures
    const double measuring =
        measuring_seconds_ * (1 + validation_.closing_share(snapshot_.history, step) / models);
    const double closing =
        measuring + saves_.seconds() + closing_sample_seconds_ + config_.closing_seconds();
    return budget_.progress(step, seconds(), closing);
}

double TrainingRun::epochs() const {
    const auto& counters = trainer_->counters();
    return static_cast<double>(counters.epoch) +
           static_cast<double>(counters.window_in_epoch) /
               static_cast<double>(trainer_->steps_per_epoch());
}

bool TrainingRun::out_of_patience() const {
    return carousel::out_of_patience(snapshot_.training.patience, snapshot_.history,
                                     snapshot_.best);
}

bool TrainingRun::stopped() {
    if (!wish_) wish_ = config_.host.wish_to_stop();
    return wish_.has_value();
}

HistoryRecord TrainingRun::record() const {
    const auto& counters = trainer_->counters();
    return {.step = counters.step,
            .epoch = counters.epoch,
            .seconds = seconds(),
            .training_loss = counters.smoothed_loss,
            .validation_loss = 0,
            .has_validation = false,
            .learning_rate = learning_rate_};
}

// ---- what it does

void TrainingRun::step() {
    const double start = config_.host.clock();
    const auto report = trainer_->step(progress());
    if (!report.finite) return go_back(report);
    stepping_seconds_ += config_.host.clock() - start;
    learning_rate_ = report.learning_rate;
    tell_step(report.gradient_norm);
}

void TrainingRun::tell_step(double gradient_norm) {
    const auto step = trainer_->counters().step;
    const auto done = static_cast<double>(step - first_step_);
    Stepped event{.run = standing(), .gradient_norm = gradient_norm};
    event.characters_per_second = done * static_cast<double>(trainer_->symbols_per_step()) /
                                  std::max(stepping_seconds_, 1e-9);
    if (config_.host.clock() >= 1) {
        event.seconds_left = budget_.left({.step = step,
                                           .seconds = event.run.now.seconds,
                                           .progress = event.run.progress,
                                           .seconds_per_step = stepping_seconds_ / done});
    }
    config_.tell(event);
}

bool TrainingRun::validation_due() const {
    return validation_.possible() &&
           validations_.due(trainer_->counters().step, progress(), seconds());
}

void TrainingRun::validate() {
    const double start = config_.host.clock();
    const auto step = trainer_->counters().step;
    validated_step_ = step;
    validations_.begin(progress());
    if (!validation_.possible() || step == 0) return;
    const auto measure = [&](const Model& model, Way way) {
        return validation_.on_the_way(model, snapshot_.history, step, way);
    };
    const auto measure_all = [&](const std::vector<NamedTensor>& weights) {
        return mean_of_nets(
            [&](Way way) { return measure(*trainer_->model_of(weights, way), way); });
    };
    auto now = record();
    auto measured = trainer_->alone()
                        ? mean_of_nets([&](Way way) { return measure(trainer_->model(way), way); })
                        : measure_all(trainer_->weights());
    if (trainer_->averages()) {
        const auto averaged = measure_all(trainer_->averaged_weights());
        now.averaged = averaged.nats < measured.nats;
        if (now.averaged) measured = averaged;
    }
    if (!std::isfinite(measured.nats)) return;
    now.has_validation = true;
    now.validation_loss = measured.nats;
    snapshot_.history.push_back(now);
    const bool best = is_best(now, snapshot_.best);
    if (best) {
        snapshot_.best = BestLoss{step, now.validation_loss, now.averaged};
        saves_.keep_best(model_of_now(now));
    }
    measuring_seconds_ = config_.host.clock() - start;
    tell_slice(measured);
    config_.tell(Validated{{snapshot_, now, progress()}, epochs(), best, measured});
    // Where the time counts, a slow disk shall not take it: the best weights stay in memory then.
    if (best && (!budget_.time_bounds() || saves_.affordable())) save();
    validations_.end(seconds(), config_.host.clock() - start);
}

MeasuredLoss TrainingRun::mean_of_nets(const std::function<MeasuredLoss(Way)>& measure) const {
    MeasuredLoss mean;
    for (const auto way : trainer_->ways()) {
        const auto one = measure(way);
        mean.nats += one.nats / static_cast<double>(trainer_->ways().size());
        mean.characters = one.characters;
        mean.whole = one.whole;
    }
    return mean;
}

// Once: how much of the text the figures on the way are measured on.
void TrainingRun::tell_slice(const MeasuredLoss& measured) {
    const bool first = !slice_;
    slice_ = measured;
    if (!first || measured.whole) return;
    config_.tell(Detail{fmt::format(
        "On the way the model is validated on {} of the {} to validate on, evenly "
        "spaced; at the end the best one is measured on {}.",
        format_count(measured.characters),
        format_count(config_.validation.part.characters, "character"),
        validation_.closing_is_whole(trainer_->counters().step) ? "all of them" : "more of them")});
}

// The figure to quote is that of the whole text. Where the newest weights do better there than
// those that were best on the slice, they are the best.
void TrainingRun::measure_best() {
    auto& best = snapshot_.best;
    const auto step = trainer_->counters().step;
    if (!best || !validation_.possible() || step == 0) return;
    if (slice_ && validation_.closing_share(snapshot_.history, step) == 0) {
        closing_loss_ = {best->loss, slice_->characters, slice_->whole};
        return;
    }
    const auto measure = [&](const Snapshot& model) {
        return mean_of_nets([&](Way way) {
            return validation_.at_the_end(*trainer_->model_of(model.weights, way), step, way);
        });
    };
    std::optional<Snapshot> model;
    if (best->step != step) {
        try {
            model = saves_.best();
            closing_loss_ = measure(*model);
        } catch (const Error&) {
            model.reset();  // the file is gone, as is told at the end
        }
    }
    const auto& newest = snapshot_.history.back();
    if (newest.has_validation && newest.step == step) {
        auto now = model_of_now(newest);
        const auto loss = measure(now);
        if (!closing_loss_ || loss.nats < closing_loss_->nats) {
            closing_loss_ = loss;
            best = BestLoss{step, newest.validation_loss, newest.averaged};
            model = std::move(now);
        }
    }
    if (!model) return;
    model->best = best;
    model->validation_loss = closing_loss_->nats;
    saves_.keep_best(std::move(*model));
}

std::string TrainingRun::sample(std::uint64_t length) {
    return write_sample(trainer_->model(), config_.writer,
                        {.seed = snapshot_.training.seed, .length = length})
        .text;
}

void TrainingRun::sample_now() {
    const double start = config_.host.clock();
    config_.tell(Sampled{sample(k_sample)});
    closing_sample_seconds_ = (config_.host.clock() - start) *
                              static_cast<double>(k_closing_sample) / static_cast<double>(k_sample);
    samples_.taken(progress());
}

// With the weights that `validation` measured, or without one those to use.
Snapshot TrainingRun::model_of_now(const HistoryRecord& validation) const {
    auto model = snapshot_;
    model.step = trainer_->counters().step;
    model.epoch = trainer_->counters().epoch;
    model.validation_loss = std::nullopt;
    if (validation.has_validation) model.validation_loss = validation.validation_loss;
    model.weights = validation.averaged ? trainer_->averaged_weights() : trainer_->weights();
    return model;
}

bool TrainingRun::save() {
    const auto step = trainer_->counters().step;
    auto& history = snapshot_.history;
    const bool validates = config_.validation.corpus != nullptr;
    if (!validates && (history.empty() || history.back().step != step)) history.push_back(record());
    const auto worth = weights_worth(history, step, validates, trainer_->averages());
    snapshot_.validation_loss = worth.validation_loss;
    trainer_->set_seconds(seconds());
    if (!validates) {  // the newest model is the best then
        auto now = record();
        now.averaged = worth.averaged;
        saves_.keep_best(model_of_now(now));
    }
    const auto report = saves_.save(snapshot_, *trainer_, worth.averaged);
    if (report.failure) config_.tell(SaveFailed{step, *report.failure});
    if (report.saved) config_.tell(Saved{step});
    return report.saved;
}

void TrainingRun::go_back(const StepReport& report) {
    const auto& counters = trainer_->counters();
    const auto step = counters.step;
    const auto recovery = recover(counters.divergences, counters.learning_rate_scale);
    if (!recovery) {
        const auto text = fmt::format(
            "The training diverged: at step {} the loss is {} and the gradient norm {}, for the "
            "fourth time, at a learning rate of {:.2g}. Start again with a smaller --learning-rate "
            "or --clip.{}",
            step, report.loss, report.gradient_norm, report.learning_rate,
            saves_.saved_before() ? fmt::format(" The last good state stands in {}.",
                                                shown_path(config_.files.resume()))
                                  : "");
        config_.tell(Diverged{standing(), text});
        throw DivergenceError(text);
    }
    std::uint64_t back_to = 0;
    if (saves_.saved_before()) {
        const auto good = load_snapshot(config_.files.resume());
        trainer_->set_weights(good.weights);
        trainer_->set_state(*good.state);
        back_to = good.step;
    } else {
        trainer_->set_weights(config_.first_weights());
        trainer_->reset();
    }
    trainer_->set_divergences(recovery->divergences, recovery->learning_rate_scale);
    std::erase_if(snapshot_.history, [&](const HistoryRecord& r) { return r.step > back_to; });
    config_.tell(Recovered{
        step, back_to,
        fmt::format("the loss or the gradient was not finite at step {}: going back to step {} "
                    "with the learning rate halved ({} of {})",
                    format_count(step), format_count(back_to), recovery->divergences,
                    k_most_divergences)});
}

// ---- its end

TrainingOutcome TrainingRun::end() {
    trainer_->set_seconds(seconds());
    const auto step = trainer_->counters().step;
    const bool stops = stopped();
    if (!stops && validated_step_ != step) validate();
    if (!stops) measure_best();
    save();
    const auto shortfall = saves_.shortfall();
    Ended event{.run = standing(), .saved = shortfall.empty(), .shortfall = shortfall};
    if (stops) {
        event.end = TrainingEnd::stopped;
        event.why = *wish_;
        event.verdict = fmt::format("Stopped at step {}.", format_count(step));
        if (event.saved)
            event.verdict += " Everything is saved: go on with --resume and the same --model.";
        config_.tell(event);
        return {event.end, shortfall};
    }
    if (out_of_patience()) {
        event.end = TrainingEnd::patience;
        event.why = fmt::format(
            "The training ends at step {}: {} in a row brought no new best. With --resume and a "
            "larger --patience it goes on.",
            format_count(step),
            format_count(static_cast<std::uint64_t>(snapshot_.training.patience), "validation"));
    }
    event.verdict = training_verdict({.history = snapshot_.history,
                                      .best = snapshot_.best,
                                      .validates = validation_.possible(),
                                      .slice = slice_,
                                      .closing = closing_loss_,
                                      .symbols = snapshot_.model.vocabulary_size,
                                      .prospect = config_.prospect});
    const bool shows = config_.host.closing_sample || config_.request.report;
    if (shows && take_best_weights() && config_.host.closing_sample)
        event.sample = sample(k_closing_sample);
    config_.tell(event);
    return {event.end, shortfall};
}

// The model is not trained any more: it becomes the best one for who shows what that writes.
// Returns whether it did.
bool TrainingRun::take_best_weights() {
    const bool newest_is_best =
        snapshot_.best
            ? snapshot_.best->step == trainer_->counters().step && !snapshot_.best->averaged
            : !trainer_->averages();
    if (newest_is_best) return true;
    try {
        trainer_->set_weights(saves_.best().weights);
        return true;
    } catch (const Error&) {
        return false;  // the file is gone, as is told
    }
}

}  // namespace carousel
