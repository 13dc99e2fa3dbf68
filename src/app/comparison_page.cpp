#include "app/comparison_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "app/comparison_measure.hpp"
#include "app/comparison_summary.hpp"
#include "app/comparison_table.hpp"
#include "app/comparison_words.hpp"
#include "app/corpus_names.hpp"
#include "app/setting_words.hpp"
#include "base/quantity.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "report/axis.hpp"
#include "report/line_chart.hpp"
#include "report/page.hpp"

namespace carousel {

namespace {

constexpr int k_reload_seconds = 15;

std::string name_of_cell(const ComparedCell& cell) {
    return std::string(format_value(cell.model.cell));
}

// Characters of an update.
double characters_of_step(const ComparedCell& cell) {
    return static_cast<double>(cell.training.batch_size * cell.training.window);
}

/// One line for each run in the colour of its cell; the first of a cell carries its name.
LineChart learning_chart(
    const Comparison& comparison, std::string caption, std::string label,
    const std::function<double(const ComparedCell&, const LearningPoint&)>& x) {
    LineChart chart{.caption = std::move(caption),
                    .x = {.label = std::move(label), .from_zero = true},
                    .y = {.label = "validation, nats per character", .cut = true},
                    .series = {}};
    for (std::size_t number = 0; number < comparison.cells.size(); ++number) {
        const auto& cell = comparison.cells[number];
        bool first = true;
        for (const auto* run : finished_runs(comparison, cell.model.cell)) {
            ChartSeries series{
                .name = first ? name_of_cell(cell) : "", .points = {}, .colour = number};
            first = false;
            for (const auto& point : run->curve) {
                series.points.push_back(
                    {x(cell, point), point.loss,
                     fmt::format("{}, seed {}: step {}, {}: {:.4f}", name_of_cell(cell), run->seed,
                                 format_count(point.step), format_duration(point.seconds),
                                 point.loss)});
            }
            chart.series.push_back(std::move(series));
        }
    }
    return chart;
}

std::string learning_charts(const Comparison& comparison) {
    double longest = 0, most = 0;
    for (const auto& run : comparison.runs) {
        longest = std::max(longest, run.seconds);
        if (const auto* cell = find_cell(comparison, run.cell))
            most = std::max(most, static_cast<double>(run.steps) * characters_of_step(*cell));
    }
    const auto unit = time_unit(longest);
    const bool millions = most >= 1e6;
    return to_svg(learning_chart(comparison, "Loss against updates", "updates",
                                 [](const ComparedCell&, const LearningPoint& point) {
                                     return static_cast<double>(point.step);
                                 })) +
           to_svg(learning_chart(comparison, "Loss against time", unit.name,
                                 [&](const ComparedCell&, const LearningPoint& point) {
                                     return point.seconds / unit.seconds;
                                 })) +
           to_svg(learning_chart(comparison, "Loss against characters read",
                                 millions ? "million characters" : "thousand characters",
                                 [&](const ComparedCell& cell, const LearningPoint& point) {
                                     return static_cast<double>(point.step) *
                                            characters_of_step(cell) / (millions ? 1e6 : 1e3);
                                 }));
}

// What is lost where only so many characters are known. The same characters are compared, so that
// chance has little part in it.
std::string context_chart(const std::vector<CellSummary>& all) {
    LineChart chart{
        .caption = "What is lost where only so many characters are known",
        .x = {.label = "characters before, in a window of " + std::to_string(k_compared_window),
              .from_zero = true},
        .y = {.label = "nats more than in the whole stream", .cut = false},
        .series = {}};
    for (std::size_t number = 0; number < all.size(); ++number) {
        ChartSeries series{.name = name_of_cell(*all[number].cell), .points = {}, .colour = number};
        for (const auto& [least, most, nats, lost] : all[number].context) {
            if (least < 4) continue;  // where all are bad, and the scale would show nothing else
            series.points.push_back({static_cast<double>(least + most) / 2, lost,
                                     fmt::format("{}, {} to {} before: {:.4f} of {:.4f}",
                                                 series.name, least, most, lost, nats)});
        }
        chart.series.push_back(std::move(series));
    }
    return to_svg(std::move(chart));
}

Page::Grid figures_grid(const std::vector<CellSummary>& all) {
    Page::Grid grid{.columns = {"cell", "parameters", "seeds", "learns, char/s",
                                fmt::format("windows of {}", k_compared_window), "whole stream",
                                "reads, char/s", "writes, ms/char", "remembers"},
                    .rows = {}};
    for (const auto& each : all) {
        grid.rows.push_back({name_of_cell(*each.cell), format_count(each.cell->parameters),
                             std::to_string(each.runs.size()), speed_cell(each.training_speed),
                             loss_cell(each.windows), loss_cell(each.stream),
                             speed_cell(each.reading_speed), writing_cell(each.writing),
                             memory_cell(each)});
    }
    return grid;
}

// Writing at several lengths of the text; of each cell the first run.
Page::Grid writing_grid(const std::vector<CellSummary>& all) {
    Page::Grid grid{.columns = {"cell"}, .rows = {}};
    for (const auto& each : all) {
        if (each.runs.empty()) continue;
        const auto& writing = each.runs.front()->measure.writing;
        for (std::size_t i = 0; i < writing.size(); ++i) {
            if (grid.columns.size() > i + 1) continue;
            grid.columns.push_back("text of " + format_count(writing[i].characters));
        }
    }
    for (const auto& each : all) {
        if (each.runs.empty()) continue;
        std::vector<std::string> row{name_of_cell(*each.cell)};
        for (const auto& [characters, milliseconds, bytes] : each.runs.front()->measure.writing) {
            row.push_back(fmt::format("{:.3g} ms, {}", milliseconds,
                                      format_bytes(static_cast<double>(bytes))));
        }
        row.resize(std::min(row.size(), grid.columns.size()));
        grid.rows.push_back(std::move(row));
    }
    return grid;
}

std::vector<PageSample> samples_of(const std::vector<CellSummary>& all) {
    std::vector<PageSample> samples;
    for (const auto& each : all) {
        if (each.runs.empty()) continue;
        const auto& run = *each.runs.front();
        samples.push_back(
            {fmt::format("{}, seed {}", name_of_cell(*each.cell), run.seed), run.measure.sample});
    }
    return samples;
}

// The settings in which cells differ, a column each; all others stand in one table.
void add_setting_tables(const Comparison& comparison, Page& page) {
    if (comparison.cells.empty()) return;
    std::vector<std::vector<PageRow>> of_cells;
    for (const auto& cell : comparison.cells) {
        auto rows = setting_rows(cell.model);
        std::ranges::move(setting_rows(cell.training), std::back_inserter(rows));
        std::erase_if(rows, [](const PageRow& row) { return row.name == "cell"; });
        of_cells.push_back(std::move(rows));
    }
    const auto value_in = [](const std::vector<PageRow>& rows, const std::string& name) {
        const auto found = std::ranges::find(rows, name, &PageRow::name);
        return found == rows.end() ? std::string("0") : found->value;
    };
    const auto of_model = setting_rows(comparison.cells.front().model);
    const auto is_of_model = [&](const std::string& name) {
        return std::ranges::find(of_model, name, &PageRow::name) != of_model.end();
    };
    Page::Grid differing{.columns = {"setting"}, .rows = {}};
    for (const auto& cell : comparison.cells) differing.columns.push_back(name_of_cell(cell));
    Page::Table model{.name = "Model, the same for all", .rows = {}};
    Page::Table training{.name = "Training, the same for all", .rows = {}};
    std::vector<std::string> names;
    for (const auto& rows : of_cells) {
        for (const auto& row : rows)
            if (std::ranges::find(names, row.name) == names.end()) names.push_back(row.name);
    }
    for (const auto& name : names) {
        std::vector<std::string> row{name};
        for (const auto& rows : of_cells) row.push_back(value_in(rows, name));
        const bool differs = std::any_of(row.begin() + 2, row.end(),
                                         [&](const std::string& value) { return value != row[1]; });
        if (name == "seed") continue;
        if (differs)
            differing.rows.push_back(std::move(row));
        else
            (is_of_model(name) ? model : training).rows.push_back({name, row[1]});
    }
    if (!differing.rows.empty()) page.add_grid(differing);
    page.add_tables({model, training});
}

std::string machines_of(const Comparison& comparison) {
    std::vector<std::string> machines;
    for (const auto& run : comparison.runs) {
        if (!run.machine.empty() && std::ranges::find(machines, run.machine) == machines.end())
            machines.push_back(run.machine);
    }
    std::string text;
    for (const auto& machine : machines) text += (text.empty() ? "" : "; ") + machine;
    return text;
}

}  // namespace

std::string comparison_page(const Comparison& comparison, const PageState& state) {
    const auto all = summaries(comparison);
    Page page(title_of(comparison.terms.corpus), "Carousel: cells compared on one text");
    if (state.under_way) page.reload_every(k_reload_seconds);
    page.add_paragraph(terms_sentence(comparison));
    if (state.left > 0) {
        page.add_paragraph(fmt::format("{} still to come{}.", format_count(state.left, "training"),
                                       state.under_way ? "" : ": the same command goes on"));
    }
    page.add_heading("What the numbers bear");
    for (const auto& sentence : conclusions(comparison)) page.add_paragraph(sentence);
    page.add_heading("Figures");
    page.add_grid(figures_grid(all));
    page.add_paragraph(
        "Windows and stream are losses in nats per character; what stands behind ± is the standard "
        "deviation over the seeds. Reading is that of a known text as one stream, where nothing has to be waited for; "
        "writing is one text, character by character.");
    if (const auto charts = learning_charts(comparison); !charts.empty()) {
        page.add_heading("How they learned");
        page.add_paragraph(
            "One line for each training. Validations on the way may read a slice of the validation "
            "text; the losses above are those of all of it, by the best weights of each training.");
        page.add_html("<div class=\"charts\">\n" + charts + context_chart(all) + "</div>\n");
    }
    if (const auto grid = writing_grid(all); !grid.rows.empty()) {
        page.add_heading("What writing costs as the text grows");
        page.add_grid(grid);
    }
    if (const auto samples = samples_of(all); !samples.empty()) {
        page.add_heading("What they write");
        page.add_paragraph("All with the same random numbers, at temperature 0.8.");
        page.add_samples(samples);
    }
    page.add_heading("Settings");
    if (!comparison.terms.command.empty())
        page.add_command(without_folders(comparison.terms.command));
    if (const auto machines = machines_of(comparison); !machines.empty())
        page.add_paragraph(fmt::format("Trained on {}.", machines));
    add_setting_tables(comparison, page);
    return page.html();
}

}  // namespace carousel
