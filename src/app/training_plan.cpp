#include "app/training_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/text_difficulty.hpp"
#include "app/text_signs.hpp"
#include "app/training_settings.hpp"
#include "app/validation.hpp"
#include "base/quantity.hpp"
#include "model/transformer.hpp"
#include "planning/shared_forecast.hpp"
#include "planning/taught_forecast.hpp"
#include "planning/two_net_forecast.hpp"

namespace carousel {

namespace {

constexpr double k_measuring = 1;           // seconds
constexpr double k_measuring_share = 0.02;  // of the time, at most
constexpr double k_memory_share = 0.5;      // of what the system can give
constexpr double k_enough_passes = 150;     // after that many a text teaches nothing more

CorpusFacts facts_of(const TrainingText& text) {
    const auto validation = text.validation().part.tokens();
    return {.characters = text.training().characters,
            .tokens = text.training().tokens(),
            .measured = std::min(validation, closing_symbols(0)),
            .signs = share_of_signs(text).value_or(0)};
}

// `time` in seconds, of which some have passed.
void plan_by_time(const PlanRequest& request, const Forecast& forecast, double time, double passed,
                  TrainingPlan& training) {
    const double seconds = time - passed;
    auto& plan = training.plan;
    plan = choose_plan(request, forecast, seconds);
    training.by_time = true;
    const double twice = choose_plan(request, forecast, 2 * seconds).loss;
    if (training.expects_loss) training.prospect = Prospect{time, twice / plan.loss};
    if (plan.updates < k_fewest_updates) {
        training.notes.push_back(fmt::format(
            "Only {} fit in this time, too few to learn much: give it more, or smaller sizes.",
            format_about(plan.updates, "update", "updates")));
    }
    if (plan.passes > k_enough_passes) {
        training.notes.push_back(
            fmt::format("The text is small for this time: {} would do, or add more text.",
                        format_duration(time * k_enough_passes / plan.passes)));
    }
}

// How much faster several processes are than one.
std::string gain(const Plan& plan, const Forecast& one, const Forecast& all,
                 const TrainingTeam& team, const Link& link) {
    const auto seconds = [&](const Forecast& forecast) {
        return forecast.seconds_of_update(
            plan.model, {plan.training.batch_size, plan.training.window}, plan.training.optimizer);
    };
    return fmt::format(
        "{} processes are expected to be {:.1f} times as fast as one, over a link of "
        "{} a second with {:.2g} ms of latency.",
        team.processes, seconds(one) / seconds(all), format_bytes(link.bytes_per_second),
        1e3 * link.latency);
}

void note_slow_bf16(const Machine& machine, TrainingPlan& training) {
    if (training.plan.training.precision == TrainingPrecision::float32 || machine.favours_bf16())
        return;
    training.notes.push_back(
        "This processor has no instruction for products in bf16: they take longer than in float32 "
        "here, with the same result as elsewhere.");
}

// What the machine foresees, in the numbers asked for; where nobody asked and the length is a time,
// in those in which it is faster, which `request` then has.
std::unique_ptr<Forecast> foresee_speed(const TrainingRequest& options, const Machine& machine,
                                        const TrainingLength& length, PlanRequest& request) {
    const bool by_time = length.kind == LengthKind::seconds;
    const double seconds =
        by_time ? std::min(k_measuring, k_measuring_share * length.amount) : k_measuring;
    const auto& given = options.training[&TrainingConfig::precision];
    auto& precision = request.training.precision;
    precision = given.value_or(TrainingPrecision::float32);
    if (given || !by_time || !machine.favours_bf16())
        return machine.measure_speed(seconds, precision);
    auto float32 = machine.measure_speed(seconds / 2, TrainingPrecision::float32),
         bf16 = machine.measure_speed(seconds / 2, TrainingPrecision::bf16);
    precision = faster_precision(request, *float32, *bf16, length.amount);
    return std::move(precision == TrainingPrecision::bf16 ? bf16 : float32);
}

}  // namespace

TrainingPlan plan_training(const TrainingRequest& options, const Snapshot* stored,
                           const TrainingText& text, const Machine& machine,
                           const std::function<double()>& clock, MeasureSpeed measure,
                           const TrainingTeam& team) {
    TrainingPlan training;
    training.threads = machine.threads();
    auto& plan = training.plan;
    auto corpus = facts_of(text);
    const auto symbols = static_cast<std::int64_t>(text.corpus().vocabulary().size());
    if (options.resume) {
        plan.model = settle_model(options, *stored, symbols);
        plan.training = settle_training(options, stored, {}, corpus.tokens, training.notes);
        note_slow_bf16(machine, training);
        return training;
    }
    const auto length = settle_length(options);
    const bool foretells = length.kind == LengthKind::seconds || measure == MeasureSpeed::always;
    if (const auto loss = foretells ? text_difficulty(text) : std::nullopt) {
        corpus.ngram_loss = training.ngram_loss = *loss;
        training.expects_loss = stored == nullptr;
    }
    auto request = plan_request(options, stored, corpus, symbols);
    training.signs = corpus.signs;
    if (foretells) {
        const bool by_time = length.kind == LengthKind::seconds;
        const auto one = foresee_speed(options, machine, length, request);
        const auto link = team.processes > 1 ? team.link() : Link{};
        const TwoNetForecast alone(*one);
        const SharedForecast of_net(*one, team.processes, link);
        const TwoNetForecast of_all(of_net);
        const TaughtForecast forecast(of_all, team.teachers);
        if (by_time) {
            request.memory = k_memory_share * machine.available_memory();
            plan_by_time(request, forecast, length.amount, clock(), training);
        } else {
            plan = choose_plan_by_size(request, length);
            foresee(plan, corpus, forecast, plan.characters);
        }
        if (team.processes > 1) training.notes.push_back(gain(plan, alone, forecast, team, link));
    } else {
        plan = choose_plan_by_size(request, length);
    }
    if (training.expects_loss && is_transformer(plan.model)) {
        training.notes.push_back(
            "The loss to be expected was fitted to recurrent nets: a transformer may end elsewhere.");
    }
    if (!request.decided.cell && plan.model.cell == CellKind::mlstm) {
        training.notes.push_back(fmt::format(
            "{:.0f} % of the text are brackets and operators, as in programs, for which mlstm "
            "cells are the best; --cell chooses others.",
            100 * corpus.signs));
    }
    if (plan.memory > machine.available_memory()) {
        training.notes.push_back(fmt::format(
            "This takes {} of memory, and the system has {} to give: choose smaller sizes.",
            format_bytes(plan.memory), format_bytes(machine.available_memory())));
    }
    plan.training = settle_training(options, stored, plan.training, corpus.tokens, training.notes);
    for (auto& note : idle_options(options, plan.model, plan.training))
        training.notes.push_back(std::move(note));
    note_slow_bf16(machine, training);
    return training;
}

}  // namespace carousel
