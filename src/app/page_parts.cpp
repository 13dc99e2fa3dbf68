#include "app/page_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <span>
#include <utility>

#include "app/corpus_names.hpp"
#include "app/loaded_model.hpp"
#include "app/sample.hpp"
#include "app/setting_words.hpp"
#include "base/processor.hpp"
#include "base/quantity.hpp"
#include "base/replace_file.hpp"
#include "base/stopwatch.hpp"
#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/machine.hpp"
#include "model/training_descriptions.hpp"
#include "report/axis.hpp"
#include "report/line_chart.hpp"
#include "text/text_descriptions.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

std::vector<PageRow> model_rows(const Snapshot& snapshot, std::int64_t parameters) {
    auto rows = setting_rows(snapshot.model);
    rows.push_back({"parameters", format_count(static_cast<std::uint64_t>(parameters))});
    if (snapshot.fine_tuned_from)
        rows.push_back({"tuned from", title_of({snapshot.fine_tuned_from->name})});
    for (const auto& teacher : snapshot.teachers)
        rows.push_back({"learned from", title_of({teacher.name})});
    return rows;
}

std::vector<PageRow> text_rows(const Snapshot& snapshot) {
    const auto& corpus = snapshot.corpus;
    std::vector<PageRow> rows{{"corpus", title_of(corpus.paths)},
                              {"characters", format_count(corpus.characters)},
                              {"to learn from", format_count(corpus.training_characters)},
                              {"to validate on", format_count(corpus.validation_characters)}};
    if (corpus.validation) rows.push_back({"validation text", title_of({corpus.validation->path})});
    std::ranges::move(setting_rows(snapshot.text), std::back_inserter(rows));
    return rows;
}

/// The two losses against what `x` makes of a record.
LineChart loss_chart(const std::vector<HistoryRecord>& history, const std::optional<BestLoss>& best,
                     auto&& x) {
    LineChart chart{
        .caption = "",
        .x = {.label = "", .from_zero = true},
        .y = {.label = "nats per character", .cut = true},
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
            {"Training", setting_rows(snapshot.training)},
            {"Text", text_rows(snapshot)}};
}

std::string machine_words(const Machine& machine) {
    const auto processor = processor_name();
    return processor.empty() ? machine.description()
                             : fmt::format("{}, {}", processor, machine.description());
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
    const std::string about_axis =
        " The scale is that of the last four fifths: a higher loss at the beginning lies above it.";
    return (drops ? "The training loss is measured with dropout at work, and so may lie above the "
                    "validation loss."
                  : "The training loss is a running mean over the last batches.") +
           about_axis;
}

std::vector<PageSample> write_samples(const LanguageModelConfig& model,
                                      std::span<const NamedTensor> weights,
                                      const Tokenizer& tokenizer, const SampleConfig& config) {
    const auto own = model_on_threads(threads_for(model, 1, config.threads), model, weights);
    constexpr std::array k_temperatures = {0.5F, 0.8F, 1.0F};
    std::vector<PageSample> samples;
    for (const float temperature : k_temperatures) {
        const Stopwatch stopwatch;
        auto [text, whole] = write_sample(
            *own.model, tokenizer,
            {.sampler = {.temperature = temperature}, .seed = config.seed, .length = config.length},
            config.precision,
            [&] { return stopwatch.seconds() <= config.seconds / k_temperatures.size(); });
        if (!whole) text += " …";
        samples.push_back({fmt::format("temperature {}", temperature), std::move(text)});
    }
    return samples;
}

void write_page(const fs::path& path, std::string_view html) {
    replace_file(path, own_file(html).value(), [&](const WriteBytes& write) {
        write(std::as_bytes(std::span(html.data(), html.size())));
    });
}

}  // namespace carousel
