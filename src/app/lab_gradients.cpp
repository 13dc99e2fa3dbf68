#include "app/lab_gradients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "app/lab_request.hpp"
#include "base/replace_file.hpp"
#include "base/words.hpp"
#include "report/line_chart.hpp"
#include "report/page.hpp"
#include "report/page_style.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_lags_shown[] = {0, 1, 2, 5, 10, 20, 30, 50, 75, 99};
constexpr double k_smallest = 1e-30;  // below it single precision knows nothing

// Norms as shares of the first.
std::vector<double> shares_of(const std::vector<double>& norms) {
    std::vector<double> shares;
    for (const double norm : norms) shares.push_back(norms[0] > 0 ? norm / norms[0] : 0.0);
    return shares;
}

ChartSeries series_of(std::string name, const std::vector<double>& norms) {
    ChartSeries series{.name = std::move(name), .points = {}};
    const auto shares = shares_of(norms);
    for (std::size_t lag = 0; lag < shares.size(); ++lag) {
        if (shares[lag] < k_smallest) break;
        series.points.push_back({.x = static_cast<double>(lag),
                                 .y = std::log10(shares[lag]),
                                 .note = fmt::format("lag {}: {:.2g}", lag, shares[lag])});
    }
    return series;
}

LineChart chart_of(const GradientReport& report, GradientNorms GradientCurves::*when,
                   std::string caption) {
    LineChart chart{.caption = std::move(caption),
                    .x = {.label = "steps back"},
                    .y = {.label = "log10 of the norm, 0 at the end"},
                    .series = {}};
    for (const auto& curves : report.curves)
        chart.series.push_back(
            series_of(std::string(format_value(curves.cell)), (curves.*when).hidden));
    chart.series.push_back(series_of("carousel", report.carousel.states));
    return chart;
}

// Nets as they begin, and as they are after training.
std::vector<LineChart> charts_of(const GradientReport& report) {
    return {chart_of(report, &GradientCurves::fresh, "Gradient by lag, fresh nets"),
            chart_of(report, &GradientCurves::trained,
                     fmt::format("Gradient by lag, after {} batches", report.config.updates))};
}

std::string cell_of(double share) {
    if (share == 0) return "0";
    return share >= 0.01 && share < 1000 ? fmt::format("{:.3f}", share)
                                         : fmt::format("{:.1e}", share);
}

using Norms = std::vector<double> GradientNorms::*;

// Shares by lag, of each cell fresh and trained; those of the carousel, whose gradient is that of
// its states, last.
std::string shares_table(const GradientReport& report, Norms norms) {
    auto text = fmt::format("{:<6}", "lag");
    for (const auto& curves : report.curves)
        text += fmt::format("{:>22}", format_value(curves.cell));
    text += fmt::format("{:>11}\n{:<6}", "carousel", "");
    for (std::size_t i = 0; i < report.curves.size(); ++i)
        text += fmt::format("{:>11}{:>11}", "fresh", "trained");
    text += '\n';
    const auto share = [](const std::vector<double>& all, std::size_t lag) {
        return lag < all.size() ? cell_of(shares_of(all)[lag]) : std::string("–");
    };
    for (const auto lag : k_lags_shown) {
        if (lag >= report.carousel.hidden.size()) break;
        text += fmt::format("{:<6}", lag);
        for (const auto& curves : report.curves)
            text += fmt::format("{:>11}{:>11}", share(curves.fresh.*norms, lag),
                                share(curves.trained.*norms, lag));
        text += fmt::format("{:>11}\n", share(report.carousel.states, lag));
    }
    return text;
}

// How much of the gradient of h at the end comes to the states one step before it.
double entering(const GradientNorms& norms) {
    return norms.states.empty() ? 0.0 : norms.states[0] / norms.hidden[0];
}

std::string entering_row(const GradientReport& report) {
    auto text = fmt::format("{:<6}", "of h");
    for (const auto& curves : report.curves) {
        for (const auto* norms : {&curves.fresh, &curves.trained})
            text += fmt::format("{:>11}", norms->states.empty() ? "–" : cell_of(entering(*norms)));
    }
    return text + '\n';
}

// What the gates of the trained nets do: names of columns, and a row for each gate.
std::vector<std::string> gate_columns() {
    return {"cell", "gate", "distracted", "counting", "by gradient: d.", "c."};
}

std::vector<std::vector<std::string>> gate_rows(const GradientReport& report) {
    std::vector<std::vector<std::string>> rows;
    const auto shown = [](double opening) { return fmt::format("{:.4f}", opening); };
    for (const auto& curves : report.curves) {
        for (const auto& gate : curves.gates) {
            const auto& carrying = gate.carrying;
            rows.push_back({std::string(format_value(curves.cell)), std::string(gate.name),
                            shown(gate.all.distracted), shown(gate.all.counting),
                            carrying ? shown(carrying->distracted) : "–",
                            carrying ? shown(carrying->counting) : "–"});
        }
    }
    return rows;
}

constexpr const char* k_gates_told =
    "How far the gates of the trained nets are open, from 0 to 1: at symbols that distract (a to "
    "d), and at those that count (X and Y); first the mean over all units, then that in which "
    "units count by the gradients of their states, that is those through which the error goes.";

// The svg element of a figure.
std::string drawing_in(const std::string& figure) {
    const auto begin = figure.find("<svg"), end = figure.rfind("</svg>");
    return figure.substr(begin, end + std::string_view("</svg>").size() - begin);
}

}  // namespace

GradientReport run_gradients(const GradientRequest& request, int length, std::uint64_t seed,
                             const std::function<bool(CellKind cell, int update)>& goes_on) {
    auto experiment = standard_experiment(LabTask::order_of_two);
    experiment.length = length;
    require_possible(experiment);
    for (const auto cell : request.cells) require_recurrent(cell);
    GradientReport report{
        .config = {.experiment = experiment, .updates = request.updates, .seed = seed},
        .curves = {},
        .carousel = {}};
    report.carousel = carousel_norms(report.config);
    for (const auto cell : request.cells) {
        int update = 0;
        report.curves.push_back(
            gradient_curves(report.config, cell, [&] { return goes_on(cell, update++); }));
    }
    return report;
}

std::string gradient_table(const GradientReport& report) {
    auto text = fmt::format(
        "The gradient of the error at the end with respect to h, by steps back, as a share of\n"
        "that at the end: fresh, and after {} batches of task 6a. Carousel: the states of the\n"
        "cell of 1997 where no gradient goes through the gates.\n\n{}"
        "\nThe same with respect to the states of the cells, as a share of that one step before "
        "the end; below, that one as a share of the gradient of h at the end: so much enters.\n\n"
        "{}{}",
        report.config.updates, shares_table(report, &GradientNorms::hidden),
        shares_table(report, &GradientNorms::states), entering_row(report));
    auto rows = gate_rows(report);
    if (rows.empty()) return text;
    rows.insert(rows.begin(), gate_columns());
    text += fmt::format("\n{}\n\n", k_gates_told);
    for (const auto& row : rows)
        text += fmt::format("{:<16}{:<6}{:>12}{:>12}{:>18}{:>10}\n", row[0], row[1], row[2], row[3],
                            row[4], row[5]);
    return text;
}

std::string gradient_json(const GradientReport& report) {
    using Json = nlohmann::ordered_json;
    const auto norms = [](const GradientNorms& own) {
        Json object{{"hidden", own.hidden}};
        if (!own.states.empty()) object["states"] = own.states;
        return object;
    };
    Json object{{"task", format_value(report.config.experiment.task)},
                {"length", report.config.experiment.length},
                {"updates", report.config.updates},
                {"seed", report.config.seed},
                {"cells", Json::array()}};
    for (const auto& curves : report.curves) {
        auto gates = Json::array();
        for (const auto& gate : curves.gates) {
            Json mean{{"gate", gate.name},
                      {"distracted", gate.all.distracted},
                      {"counting", gate.all.counting}};
            if (gate.carrying) {
                mean["carrying_distracted"] = gate.carrying->distracted;
                mean["carrying_counting"] = gate.carrying->counting;
            }
            gates.push_back(mean);
        }
        object["cells"].push_back({{"cell", format_value(curves.cell)},
                                   {"fresh", norms(curves.fresh)},
                                   {"trained", norms(curves.trained)},
                                   {"gates", gates}});
    }
    object["carousel"] = report.carousel.states;
    return object.dump() + '\n';
}

std::string gradient_page(const GradientReport& report) {
    Page page("How gradients vanish", "carousel lab gradients");
    page.add_paragraph(fmt::format(
        "An error at the end of a sequence of {} steps or more, and its gradient with respect to "
        "what the units gave so many steps before: the mean norm over 20 sequences, as a share of "
        "that at the end, on a logarithmic scale. Each cell as it begins and after {} batches of "
        "task 6a (the order of two symbols far apart) with Adam. A line that falls straight is a "
        "gradient that vanishes exponentially; the carousel is what the states of the cell of 1997 "
        "carry back where nothing goes through the gates: a constant.",
        report.config.experiment.length, report.config.updates));
    for (const auto& chart : charts_of(report)) page.add_html(to_svg(chart));
    if (auto rows = gate_rows(report); !rows.empty()) {
        page.add_paragraph(k_gates_told);
        page.add_grid({gate_columns(), std::move(rows)});
    }
    return page.html();
}

std::string gradient_svg(const GradientReport& report) {
    constexpr int k_width = 760, k_height = 340, k_title = 40;  // of a chart
    std::string drawings;
    int y = 0;
    for (const auto& chart : charts_of(report)) {
        drawings += fmt::format(
            "<text x=\"16\" y=\"{}\" style=\"font-size:16px\">{}</text>\n"
            "<svg x=\"0\" y=\"{}\" width=\"{}\" height=\"{}\">{}</svg>\n",
            y + 24, chart.caption, y + k_title, k_width, k_height, drawing_in(to_svg(chart)));
        y += k_title + k_height;
    }
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
        "style=\"max-width:{0}px\">\n<style>{2}\nsvg svg{{max-width:none}}</style>\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"var(--paper)\"/>\n{3}</svg>\n",
        k_width, y, page_style(), drawings);
}

void write_svg(const std::filesystem::path& path, std::string_view svg) {
    // A page's kind: there is no file, or an empty one, in its place (`require_new_file`).
    replace_file(path, OwnFile::page, [&](const WriteBytes& write) {
        write(std::as_bytes(std::span(svg.data(), svg.size())));
    });
}

}  // namespace carousel
