#include "cli/plan.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/training_choices.hpp"
#include "base/quantity.hpp"
#include "cli/option_values.hpp"
#include "cli/training_plan.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

nlohmann::ordered_json plan_object(const TrainingPlan& training, const TrainingText& text,
                                   double seconds) {
    const auto& p = training.plan;
    const auto& t = p.training;
    const auto loss = [&](double value) {
        return training.expects_loss ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
    };
    return {{"characters_to_learn_from", text.training().characters},
            {"characters_to_validate_on", text.validation().part.characters},
            {"vocabulary_size", p.model.vocabulary_size},
            {"threads", training.threads},
            {"cell", format_value(p.model.cell)},
            {"layers", p.model.layers},
            {"hidden_size", p.model.hidden_size},
            {"embedding_size", p.model.embedding_size},
            {"parameters", static_cast<std::uint64_t>(parameter_count(p.model))},
            {"batch_size", t.batch_size},
            {"window", t.window},
            {"learning_rate", as_written(t.learning_rate)},
            {"warmup", t.warmup},
            {"schedule", format_value(t.schedule)},
            {"dropout_input", as_written(t.dropout_input)},
            {"dropout_between", as_written(t.dropout_between)},
            {"dropout_output", as_written(t.dropout_output)},
            {"dropout_recurrent", as_written(t.dropout_recurrent)},
            {"seconds", seconds},
            {"characters_per_second", p.characters_per_second},
            {"characters_read", static_cast<std::uint64_t>(p.characters)},
            {"passes", p.passes},
            {"updates", static_cast<std::uint64_t>(p.updates)},
            {"memory_bytes", static_cast<std::uint64_t>(p.memory)},
            {"ngram_loss", loss(training.ngram_loss)},
            {"expected_loss", loss(p.loss)},
            {"expected_loss_low", loss(p.loss_low)},
            {"expected_loss_high", loss(p.loss_high)},
            {"notes", training.notes}};
}

}  // namespace

int plan(const PlanOptions& options, const GlobalOptions& global) {
    const auto start = std::chrono::steady_clock::now();
    Screen screen(global.quiet);
    std::optional<Snapshot> from;
    if (options.from) from = load_snapshot(*options.from);
    const Snapshot* stored = from ? &*from : nullptr;

    const TrainingText text(options, stored, std::filesystem::temp_directory_path(), screen);
    ThreadPool pool(static_cast<int>(options.threads.value_or(available_cores())));
    const auto training = plan_training(options, stored, text, pool, start, MeasureSpeed::always);
    const auto length = choose_length(options);
    const double seconds =
        length.kind == LengthKind::seconds ? length.amount : training.plan.seconds;
    screen.clear();
    if (options.json) {
        fmt::print("{}\n", plan_object(training, text, seconds).dump(2));
        return 0;
    }
    for (const auto& line : describe_plan(training, seconds)) fmt::print("{}\n", line);
    for (const auto& note : training.notes) fmt::print("{}\n", note);
    return 0;
}

}  // namespace carousel
