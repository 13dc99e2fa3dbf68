#include "cli/training_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "app/training_choices.hpp"
#include "app/training_verdict.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "cli/signals.hpp"
#include "cli/training_lines.hpp"
#include "evaluation/evaluator.hpp"
#include "generation/generator.hpp"
#include "snapshot/snapshot_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double k_validations = 20;         // in a run
constexpr double k_validation_share = 0.04;  // of the time, at most, where time bounds the run
constexpr std::uint64_t k_sample = 200, k_closing_sample = 400;  // characters
constexpr std::uint64_t k_most_validated =
    250'000;  // symbols: more would cost much and tell little
constexpr std::uint32_t k_most_divergences = 3;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

TrainingRun::TrainingRun(const TrainingRunConfig& config, Snapshot snapshot, LanguageModel& model,
                         Trainer& trainer, ThreadPool& pool, Screen& screen, TrainingLog& log)
    : config_(config),
      snapshot_(std::move(snapshot)),
      model_(&model),
      trainer_(&trainer),
      pool_(&pool),
      screen_(&screen),
      log_(&log),
      saves_(config.files, config.options, screen, trainer.counters().step),
      seconds_before_(trainer.counters().seconds),
      last_log_(Clock::now()),
      first_step_(trainer.counters().step) {
    if (config.options.report)
        page_.emplace(*config.options.report, config.corpus, model, screen, first_step_);
    const auto& history = snapshot_.history;
    if (!history.empty() && history.back().has_validation) validated_step_ = history.back().step;
    if (trainer.averages()) averaged_.emplace(model.config(), model.weights());
    if (config.options.resume) {
        next_sample_ = progress() + 0.25;
        next_validation_ = (std::floor(progress() * k_validations) + 1) / k_validations;
    } else {
        next_validation_ = 1 / k_validations;
    }
}

double TrainingRun::seconds() const {
    return seconds_before_ + since(config_.start);
}

double TrainingRun::epochs() const {
    const auto& counters = trainer_->counters();
    return static_cast<double>(counters.epoch) +
           static_cast<double>(counters.window_in_epoch) /
               static_cast<double>(trainer_->steps_per_epoch());
}

double TrainingRun::progress() const {
    const auto& length = snapshot_.training.length;
    const auto& counters = trainer_->counters();
    switch (length.kind) {
        case LengthKind::steps:
            return static_cast<double>(counters.step) / length.amount;
        case LengthKind::epochs:
            return static_cast<double>(counters.step) /
                   (length.amount * static_cast<double>(trainer_->steps_per_epoch()));
        case LengthKind::seconds:
            break;
    }
    // What comes after the last step belongs to the time that was asked for.
    const double closing = validation_seconds_ + saves_.seconds() + closing_sample_seconds_ +
                           (page_ ? page_->closing_seconds() : 0);
    return seconds() / std::max(length.amount - closing, length.amount / 2);
}

bool TrainingRun::finished() const {
    return progress() >= 1 || out_of_patience();
}

bool TrainingRun::out_of_patience() const {
    const auto patience = snapshot_.training.patience;
    return patience > 0 && validations_since_best(snapshot_.history, snapshot_.best) >= patience;
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

int TrainingRun::run() {
    const StopSignals signals;
    update_page();
    if (config_.options.resume && progress() >= 1) {
        screen_->line(
            "The run has had its whole length. It goes on where --steps, --epochs or --time give "
            "it more.");
    }
    // Even where reading has used up the time, a new model takes one step: it is then measured.
    const auto goes_on = [&] { return !finished() || trainer_->counters().step == 0; };
    while (goes_on() && signals.received() == 0) {
        step();
        if (signals.received() != 0) break;
        if (validation_due()) validate();
        const auto& every = config_.options.sample_every;
        const bool sample_now =
            every
                ? *every > 0 && trainer_->counters().step % static_cast<std::uint64_t>(*every) == 0
                : progress() >= next_sample_;
        if (sample_now && !finished()) {
            sample(k_sample, false);
            next_sample_ = progress() + 0.25;
        }
        if (page_ && every != 0 && page_->sample_due(progress()) && !finished()) {
            page_->sample(standing(), progress(),
                          fmt::format("{:.0f} % of the run", 100 * progress()));
            update_page();
        }
        if (saves_.due(trainer_->counters().step) && !finished()) {
            save();
            update_page();
        }
    }
    trainer_->set_seconds(seconds());
    const int signal = signals.received();
    if (signal == 0 && validated_step_ != trainer_->counters().step) validate();
    const bool saved = save();
    say_goodbye(signal, saved);
    if (signal != 0) return 128 + signal;
    return saved ? 0 : 1;
}

void TrainingRun::step() {
    const auto start = Clock::now();
    const auto report = trainer_->step(progress());
    if (!report.finite) return recover(report);
    stepping_seconds_ += since(start);
    learning_rate_ = report.learning_rate;
    if (page_) page_->note(record(), progress());
    show_live();
}

void TrainingRun::show_live() {
    const auto& counters = trainer_->counters();
    const auto done = static_cast<double>(counters.step - first_step_);
    const double rate = done * static_cast<double>(trainer_->symbols_per_step()) /
                        std::max(stepping_seconds_, 1e-9);
    if (since(last_log_) >= 5) {
        last_log_ = Clock::now();
        log_->progress(record(), rate);
    }
    if (!screen_->wants_live()) return;
    const double part = std::min(1.0, progress());
    const double used = since(config_.start);
    const double left = snapshot_.training.length.kind == LengthKind::seconds
                            ? std::max(0.0, snapshot_.training.length.amount - seconds())
                            : stepping_seconds_ / done *
                                  (static_cast<double>(counters.step) / std::max(part, 1e-9)) *
                                  (1 - part);
    screen_->live(fmt::format("{:3.0f} %  step {}  {} characters/s  training loss {:.3f}  {} left",
                              100 * part, format_count(counters.step),
                              format_count(static_cast<std::uint64_t>(rate)),
                              counters.smoothed_loss, used < 1 ? "…" : format_duration(left)));
}

bool TrainingRun::validation_due() const {
    if (config_.validation.corpus == nullptr) return false;
    const auto step = trainer_->counters().step;
    if (const auto& every = config_.options.validate_every)
        return step % static_cast<std::uint64_t>(*every) == 0;
    if (progress() < next_validation_) return false;
    return snapshot_.training.length.kind != LengthKind::seconds ||
           seconds() - last_validation_at_ >= validation_seconds_ / k_validation_share;
}

double TrainingRun::validation_loss(const LanguageModel& model) const {
    return nats_per_character(estimate(model, *config_.validation.corpus, config_.validation.part,
                                       *pool_, {.symbols = k_most_validated}));
}

void TrainingRun::validate() {
    const auto start = Clock::now();
    const auto step = trainer_->counters().step;
    validated_step_ = step;
    next_validation_ = (std::floor(progress() * k_validations) + 1) / k_validations;
    if (config_.validation.corpus == nullptr || step == 0) return;
    auto now = record();
    now.has_validation = true;
    now.validation_loss = validation_loss(*model_);
    if (averaged_) {
        averaged_->set_weights(trainer_->averaged_weights());
        const double loss = validation_loss(*averaged_);
        now.averaged = loss < now.validation_loss;
        if (now.averaged) now.validation_loss = loss;
    }
    if (!std::isfinite(now.validation_loss)) return;
    snapshot_.history.push_back(now);
    const bool best = !snapshot_.best || now.validation_loss < snapshot_.best->loss;
    if (best) {
        snapshot_.best = BestLoss{step, now.validation_loss, now.averaged};
        saves_.best_has_changed();
    }
    log_->validation(now, best);
    screen_->line(validation_line(now, epochs(), best));
    if (best) save();  // the best weights exist only now
    update_page();
    validation_seconds_ = since(start);
    last_validation_at_ = seconds();
}

void TrainingRun::sample(std::uint64_t length, bool result) {
    if (result ? false : config_.options.sample_every == 0) return;
    const auto start = Clock::now();
    const GeneratorConfig generation{
        .sampler = {.temperature = 0.8F}, .seed = snapshot_.training.seed, .length = length};
    std::string text;
    Generator generator(*model_, config_.corpus.tokenizer(), *pool_, generation);
    generator.run({}, [&](std::int64_t, std::string_view piece) { text += piece; });
    if (result) {
        fmt::print("{}\n", printable(text));
        std::fflush(stdout);
        return;
    }
    log_->message("sample", text);
    screen_->line(fmt::format("\n{}\n", indented(printable(text))));
    closing_sample_seconds_ =
        since(start) * static_cast<double>(k_closing_sample) / static_cast<double>(length);
}

TrainingPage::Standing TrainingRun::standing(std::string words) const {
    return {snapshot_, trainer_->counters().step, seconds(), std::move(words)};
}

void TrainingRun::update_page() {
    if (!page_) return;
    page_->write(standing(fmt::format(
        "The training is under way: {:.0f} % are done. This page is written anew at each "
        "validation, sample and save; reload it to see the newest.",
        100 * std::min(1.0, progress()))));
}

bool TrainingRun::save() {
    const auto step = trainer_->counters().step;
    auto& history = snapshot_.history;
    const bool validates = config_.validation.corpus != nullptr;
    if (!validates && (history.empty() || history.back().step != step)) history.push_back(record());
    const bool measured =
        !history.empty() && history.back().step == step && history.back().has_validation;
    snapshot_.validation_loss =
        measured ? std::optional(history.back().validation_loss) : std::nullopt;
    trainer_->set_seconds(seconds());
    if (!validates) saves_.best_has_changed();  // the newest model is the best then
    // The weights that are worth using: the average where it was measured to be better, or where
    // nothing measures.
    const bool averaged =
        averaged_.has_value() && (validates ? measured && history.back().averaged : true);
    return saves_.save(
        snapshot_, *model_, *trainer_,
        {.averaged = averaged, .best = !validates || (measured && snapshot_.best->step == step)});
}

void TrainingRun::recover(const StepReport& report) {
    const auto divergences = trainer_->counters().divergences + 1;
    const auto step = trainer_->counters().step;
    const auto scale = trainer_->counters().learning_rate_scale;
    if (divergences > k_most_divergences) {
        const auto text = fmt::format(
            "The training diverged: at step {} the loss is {} and the gradient norm "
            "{}, for the fourth time, at a learning rate of {:.2g}. "
            "Start again with a smaller --learning-rate or --clip. The last good "
            "snapshot stands in {}.",
            step, report.loss, report.gradient_norm, report.learning_rate,
            printable(config_.files.resume().string()));
        if (page_) page_->write(standing(text));
        throw DivergenceError(text);
    }
    std::uint64_t back = 0;
    if (saves_.saved_before()) {
        const auto good = load_snapshot(config_.files.resume());
        model_->set_weights(good.weights);
        trainer_->set_state(*good.state);
        back = good.step;
    } else {
        model_->set_weights(first_weights(model_->config(), snapshot_.training.seed, *pool_));
        trainer_->reset();
    }
    trainer_->set_divergences(divergences, scale * 0.5F);
    if (page_) page_->go_back(back);
    std::erase_if(snapshot_.history, [&](const HistoryRecord& r) { return r.step > back; });
    const auto text = fmt::format(
        "the loss or the gradient was not finite at step {}: going back to step {} with the "
        "learning rate halved ({} of {})",
        format_count(step), format_count(back), divergences, k_most_divergences);
    log_->message("divergence", text);
    screen_->warning("carousel: " + text);
}

void TrainingRun::say_goodbye(int signal, bool saved) {
    const auto path = printable(config_.files.best().string());
    if (signal != 0) {
        const auto text =
            fmt::format("Stopped at step {}. {}", format_count(trainer_->counters().step),
                        saved ? "Everything is saved: go on with --resume and the same --model."
                              : "The last save failed.");
        screen_->line(text);
        log_->message("stopped", fmt::format("SIG{}", sigabbrev_np(signal)));
        if (page_) page_->write(standing(text));
        return;
    }
    if (out_of_patience()) {
        const auto text = fmt::format(
            "The training ends at step {}: {} in a row brought no new best. With --resume and a "
            "larger --patience it goes on.",
            format_count(trainer_->counters().step),
            format_count(static_cast<std::uint64_t>(snapshot_.training.patience), "validation"));
        log_->message("patience", text);
        screen_->line(text);
    }
    const auto words =
        training_verdict(snapshot_.history, snapshot_.best, config_.validation.corpus != nullptr,
                         model_->config().vocabulary_size, config_.prospect);
    log_->message("end", words);
    if (!screen_->quiet() || page_) {
        const bool newest_is_best =
            snapshot_.best
                ? snapshot_.best->step == trainer_->counters().step && !snapshot_.best->averaged
                : !averaged_;
        if (!newest_is_best) model_->set_weights(load_snapshot(config_.files.best()).weights);
    }
    if (!screen_->quiet()) {
        screen_->line("\nA sample of what it has learned:\n");
        sample(k_closing_sample, true);
        screen_->line("");
    }
    if (snapshot_.best) screen_->line(best_line(*snapshot_.best));
    screen_->line(words);
    if (page_) {
        if (config_.options.sample_every != 0)
            page_->sample(standing(), 1, "The best model, at the end");
        page_->write(standing(words));
        screen_->line(
            fmt::format("The report is {}.", printable(config_.options.report->string())));
    }
    const char* program = std::getenv("CAROUSEL_PROGRAM");
    screen_->line(
        fmt::format("The model is {}. Write more with:\n  {} generate --model {} --prompt \"...\"",
                    path, program != nullptr ? printable(program) : "carousel", path));
}

}  // namespace carousel
