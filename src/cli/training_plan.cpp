#include "cli/training_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

#include "app/training_choices.hpp"
#include "base/quantity.hpp"
#include "cli/option_values.hpp"
#include "cli/text_difficulty.hpp"

namespace carousel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double k_measuring = 1;           // seconds
constexpr double k_measuring_share = 0.02;  // of the time, at most
constexpr double k_memory_share = 0.5;      // of what the system can give
constexpr double k_enough_passes = 150;     // after that many a text teaches nothing more

CorpusFacts facts_of(const TrainingText& text) {
    return {.characters = text.training().characters, .tokens = text.training().tokens()};
}

// "9.4", "0.031": two digits, whole numbers from ten on.
std::string rounded(double value) {
    if (value >= 10) return format_count(static_cast<std::uint64_t>(std::llround(value)));
    return fmt::format("{:.2g}", value);
}

// "9.4 passes", "1 pass".
std::string about(double value, std::string_view one, std::string_view more) {
    const auto count = rounded(value);
    return fmt::format("{} {}", count, count == "1" ? one : more);
}

// `time` in seconds, of which some have passed.
void plan_by_time(const PlanRequest& request, const SpeedModel& speed, double time, double passed,
                  TrainingPlan& training) {
    const double seconds = time - passed;
    auto& plan = training.plan;
    plan = choose_plan(request, speed, seconds);
    training.by_time = true;
    const double twice = choose_plan(request, speed, 2 * seconds).loss;
    if (training.expects_loss) training.prospect = Prospect{time, twice / plan.loss};
    if (plan.updates < k_fewest_updates) {
        training.notes.push_back(fmt::format(
            "Only {} fit in this time, too few to learn much: give it more, or smaller sizes.",
            about(plan.updates, "update", "updates")));
    }
    if (plan.passes > k_enough_passes) {
        training.notes.push_back(
            fmt::format("The text is small for this time: {} would do, or add more text.",
                        format_duration(time * k_enough_passes / plan.passes)));
    }
}

// "16:07:33", with the day when it is another one.
std::string clock_after(double seconds) {
    const std::time_t now = std::time(nullptr);
    const auto then = now + static_cast<std::time_t>(std::llround(seconds));
    std::tm today{}, end{};
    localtime_r(&now, &today);
    localtime_r(&then, &end);
    const auto time = fmt::format("{:02}:{:02}:{:02}", end.tm_hour, end.tm_min, end.tm_sec);
    if (today.tm_yday == end.tm_yday && today.tm_year == end.tm_year) return time;
    return fmt::format("{:04}-{:02}-{:02} {}", end.tm_year + 1900, end.tm_mon + 1, end.tm_mday,
                       time);
}

}  // namespace

TrainingPlan plan_training(const TrainingRequest& options, const Snapshot* stored,
                           const TrainingText& text, ThreadPool& pool, Clock::time_point start,
                           MeasureSpeed measure) {
    TrainingPlan training;
    training.threads = pool.size();
    auto& plan = training.plan;
    auto corpus = facts_of(text);
    const auto symbols = static_cast<std::int64_t>(text.corpus().vocabulary().size());
    if (options.resume) {
        plan.model = keep_model(options, *stored, symbols);
        plan.training = choose_training(options, stored, {}, corpus.tokens, training.notes);
        return training;
    }
    const auto length = choose_length(options);
    const bool foretells = length.kind == LengthKind::seconds || measure == MeasureSpeed::always;
    if (const auto loss = foretells ? text_difficulty(text) : std::nullopt) {
        corpus.ngram_loss = training.ngram_loss = *loss;
        training.expects_loss = stored == nullptr;
    }
    auto request = plan_request(options, stored, corpus, symbols);
    if (length.kind == LengthKind::seconds) {
        const auto speed =
            measure_speed(pool, std::min(k_measuring, k_measuring_share * length.amount));
        request.memory = k_memory_share * available_memory();
        const double passed = std::chrono::duration<double>(Clock::now() - start).count();
        plan_by_time(request, speed, length.amount, passed, training);
    } else {
        plan = choose_plan_by_size(request, length);
        if (measure == MeasureSpeed::always)
            foresee(plan, corpus, measure_speed(pool, k_measuring), plan.characters);
    }
    if (plan.memory > available_memory()) {
        training.notes.push_back(fmt::format(
            "This takes {} of memory, and the system has {} to give: choose smaller sizes.",
            format_bytes(plan.memory), format_bytes(available_memory())));
    }
    plan.training = choose_training(options, stored, plan.training, corpus.tokens, training.notes);
    for (auto& note : idle_options(options, plan.model, plan.training))
        training.notes.push_back(std::move(note));
    return training;
}

std::vector<std::string> describe_plan(const TrainingPlan& training, double left) {
    const auto& plan = training.plan;
    const auto& t = plan.training;
    std::vector<std::string> lines;
    lines.push_back(fmt::format(
        "Plan: {} {} layer{} of {} units, {} streams, windows of {}; dropout {} between layers, {} "
        "of outputs, {} of recurrent weights; learning rate {}, {}.",
        plan.model.layers, format_value(plan.model.cell), plan.model.layers == 1 ? "" : "s",
        plan.model.hidden_size, t.batch_size, t.window, as_written(t.dropout_between),
        as_written(t.dropout_output), as_written(t.dropout_recurrent), as_written(t.learning_rate),
        format_value(t.schedule)));
    lines.push_back(fmt::format(
        "It reads about {} characters ({} over the text) in {}, {} characters/s on {}, takes {} of "
        "memory, and ends at {}, in {}.",
        format_count(static_cast<std::uint64_t>(plan.characters)),
        about(plan.passes, "pass", "passes"), about(plan.updates, "update", "updates"),
        format_count(static_cast<std::uint64_t>(plan.characters_per_second)),
        format_count(static_cast<std::uint64_t>(training.threads), "thread"),
        format_bytes(plan.memory), clock_after(left), format_duration(left)));
    if (!training.expects_loss) return lines;
    if (plan.loss_low == plan.loss_high) {
        lines.push_back("That is too little to expect more than guessing.");
        return lines;
    }
    lines.push_back(
        fmt::format("Expected validation loss, an estimate: {:.2f} to {:.2f} nats per character.",
                    plan.loss_low, plan.loss_high));
    return lines;
}

}  // namespace carousel
