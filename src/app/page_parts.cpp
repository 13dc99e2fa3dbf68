#include "app/page_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <concepts>
#include <numbers>
#include <span>

#include "app/loaded_model.hpp"
#include "base/file.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "cpu/thread_pool.hpp"
#include "generation/generator.hpp"
#include "report/axis.hpp"
#include "report/line_chart.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

std::string number(std::integral auto value) {
    return fmt::format("{}", value);
}
std::string number(float value) {
    return fmt::format("{:.4g}", value);
}

// Adds a row only where the value does something.
void add_if(std::vector<PageRow>& rows, const char* name, auto value) {
    if (value != 0) rows.push_back({name, number(value)});
}

std::vector<PageRow> model_rows(const Snapshot& snapshot, std::int64_t parameters) {
    const auto& model = snapshot.model;
    std::vector<PageRow> rows{
        {"cell", std::string(format_value(model.cell))},
        {"layers", number(model.layers)},
        {"hidden size", number(model.hidden_size)},
        {"embedding size", number(model.embedding_size)},
        {"output from",
         model.output_input == OutputInput::sum ? "the sum of all layers" : "the top layer"},
        {"distinct symbols", format_count(static_cast<std::uint64_t>(model.vocabulary_size))},
        {"parameters", format_count(static_cast<std::uint64_t>(parameters))}};
    if (snapshot.fine_tuned_from) rows.push_back({"tuned from", snapshot.fine_tuned_from->name});
    return rows;
}

std::vector<PageRow> training_rows(const TrainingConfig& config) {
    const auto& length = config.length;
    std::vector<PageRow> rows{
        {"length", length.kind == LengthKind::seconds
                       ? format_duration(length.amount)
                       : fmt::format("{} {}", length.amount, format_value(length.kind))},
        {"batch size", number(config.batch_size)},
        {"window", number(config.window)},
        {"optimizer", std::string(format_value(config.optimizer))},
        {"learning rate", number(config.learning_rate)},
        {"warm-up", format_count(static_cast<std::uint64_t>(config.warmup), "step")},
        {"schedule", std::string(format_value(config.schedule))}};
    add_if(rows, "final learning rate", config.final_learning_rate);
    add_if(rows, "clip", config.clip);
    rows.push_back({"beta1, beta2", number(config.beta1) + ", " + number(config.beta2)});
    if (config.optimizer == OptimizerKind::muon)
        rows.push_back({"momentum", number(config.momentum)});
    add_if(rows, "weight decay", config.weight_decay);
    add_if(rows, "dropout, input", config.dropout_input);
    add_if(rows, "dropout, between", config.dropout_between);
    add_if(rows, "dropout, output", config.dropout_output);
    add_if(rows, "dropout, recurrent", config.dropout_recurrent);
    rows.push_back({"dropout mask", fmt::format("of each {}", format_value(config.dropout_mask))});
    rows.push_back(
        {"gradients back in time", std::string(format_value(config.recurrent_gradient))});
    add_if(rows, "average", config.average);
    add_if(rows, "reset probability", config.reset_probability);
    add_if(rows, "patience", config.patience);
    rows.push_back({"seed", number(config.seed)});
    return rows;
}

std::vector<PageRow> text_rows(const Snapshot& snapshot) {
    const auto& corpus = snapshot.corpus;
    std::vector<PageRow> rows{
        {"corpus", corpus.paths.empty() ? "the text that comes with the program"
                                        : fmt::format("{}", fmt::join(corpus.paths, ", "))},
        {"characters", format_count(corpus.characters)},
        {"to learn from", format_count(corpus.training_characters)},
        {"to validate on", format_count(corpus.validation_characters)}};
    if (corpus.validation) rows.push_back({"validation text", corpus.validation->path});
    rows.push_back({"unit", std::string(format_value(snapshot.text.unit))});
    rows.push_back({"normalisation", std::string(format_value(snapshot.text.normalization))});
    rows.push_back({"newlines", std::string(format_value(snapshot.text.newlines))});
    if (snapshot.text.min_count > 1)
        rows.push_back({"least count", number(snapshot.text.min_count)});
    return rows;
}

/// The two losses against what `x` makes of a record.
LineChart loss_chart(const std::vector<HistoryRecord>& history, const std::optional<BestLoss>& best,
                     auto&& x) {
    LineChart chart{
        .caption = "",
        .x = {.label = "", .from_zero = true},
        .y = {.label = "nats per character"},
        .series = {{.name = "validation", .points = {}}, {.name = "training", .points = {}}}};
    for (const auto& record : history) {
        const auto where =
            fmt::format("step {}, {}", format_count(record.step), format_duration(record.seconds));
        if (record.has_validation) {
            chart.series[0].points.push_back(
                {x(record), record.validation_loss,
                 fmt::format("{}: validation {:.4f}", where, record.validation_loss)});
        }
        if (record.training_loss > 0) {
            chart.series[1].points.push_back(
                {x(record), record.training_loss,
                 fmt::format("{}: training {:.4f}", where, record.training_loss)});
        }
        if (best && record.step == best->step && record.has_validation)
            chart.mark = {x(record), record.validation_loss,
                          fmt::format("best {:.4f}", best->loss)};
    }
    return chart;
}

LineChart learning_rate_chart(const std::vector<HistoryRecord>& history) {
    LineChart chart{.caption = "Learning rate against steps",
                    .x = {.label = "steps", .from_zero = true},
                    .y = {.label = "learning rate", .from_zero = true},
                    .series = {{.name = "", .points = {}}}};
    for (const auto& record : history) {
        if (record.step == 0) continue;
        chart.series[0].points.push_back(
            {static_cast<double>(record.step), record.learning_rate,
             fmt::format("step {}: {:.3g}", format_count(record.step), record.learning_rate)});
    }
    return chart;
}

}  // namespace

std::vector<Page::Table> settings_tables(const Snapshot& snapshot, std::int64_t parameters) {
    return {{"Model", model_rows(snapshot, parameters)},
            {"Training", training_rows(snapshot.training)},
            {"Text", text_rows(snapshot)}};
}

std::string curves(const std::vector<HistoryRecord>& history, const std::optional<BestLoss>& best) {
    if (history.empty() || history.back().step == 0) return {};
    auto by_step = loss_chart(history, best, [](const HistoryRecord& record) {
        return static_cast<double>(record.step);
    });
    by_step.caption = "Loss against steps";
    by_step.x.label = "steps";
    const auto unit = time_unit(history.back().seconds);
    auto by_time = loss_chart(
        history, best, [&](const HistoryRecord& record) { return record.seconds / unit.seconds; });
    by_time.caption = "Loss against time";
    by_time.x.label = unit.name;
    return "<div class=\"charts\">\n" + to_svg(by_step) + to_svg(by_time) +
           to_svg(learning_rate_chart(history)) + "</div>\n";
}

std::string about_curves(const TrainingConfig& config) {
    const bool drops = config.dropout_input > 0 || config.dropout_between > 0 ||
                       config.dropout_output > 0 || config.dropout_recurrent > 0;
    return drops ? "The training loss is measured with dropout at work, and so may lie above the "
                   "validation loss."
                 : "The training loss is a running mean over the last batches.";
}

std::vector<PageSample> write_samples(const LanguageModel& model, const Tokenizer& tokenizer,
                                      const SampleConfig& config) {
    struct OutOfTime {};
    ThreadPool pool(threads_for(model, 1, {}));
    constexpr std::array k_temperatures = {0.5F, 0.8F, 1.0F};
    std::vector<PageSample> samples;
    for (const float temperature : k_temperatures) {
        const auto start = std::chrono::steady_clock::now();
        const std::chrono::duration<double> allowed(config.seconds / k_temperatures.size());
        PageSample sample{fmt::format("temperature {}", temperature), ""};
        Generator generator(model, tokenizer, pool,
                            {.sampler = {.temperature = temperature},
                             .seed = config.seed,
                             .length = config.length,
                             .precision = config.precision});
        try {
            generator.run({}, [&](std::int64_t, std::string_view piece) {
                sample.text += piece;
                if (std::chrono::steady_clock::now() - start > allowed) throw OutOfTime{};
            });
        } catch (const OutOfTime&) {
            sample.text += " …";
        }
        samples.push_back(std::move(sample));
    }
    return samples;
}

void write_page(const fs::path& path, std::string_view html) {
    replace_file(path, [&](const WriteBytes& write) {
        write(std::as_bytes(std::span(html.data(), html.size())));
    });
}

}  // namespace carousel
