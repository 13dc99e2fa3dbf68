#include "app/comparison_summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace carousel {

namespace {

// What |t| exceeds by chance in one case of twenty, for 1, 2, 3 ... degrees of freedom; behind the
// last one hardly less.
constexpr std::array k_critical = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365,
                                   2.306,  2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
                                   2.131,  2.120, 2.110, 2.101, 2.093, 2.086};

double critical_value(double degrees) {
    const auto whole = std::max(1.0, std::floor(degrees));
    return k_critical[static_cast<std::size_t>(
                          std::min(whole, static_cast<double>(k_critical.size()))) -
                      1];
}

/// Of what `figure` makes of each run, without those of which it makes nothing.
template <typename Figure>
std::optional<Spread> spread_over(const std::vector<const ComparedRun*>& runs, Figure figure) {
    std::vector<double> values;
    for (const auto* run : runs) {
        const std::optional<double> value = figure(*run);
        if (value) values.push_back(*value);
    }
    return spread_of(values);
}

std::optional<double> last_writing_cost(const ComparedRun& run) {
    if (run.measure.writing.empty()) return std::nullopt;
    return run.measure.writing.back().milliseconds;
}

// All of one text have the same stretches.
std::vector<ContextLoss> mean_context(const std::vector<const ComparedRun*>& runs) {
    std::vector<ContextLoss> means;
    for (const auto* run : runs) {
        const auto& context = run->measure.context;
        if (means.empty()) means.resize(context.size());
        if (context.size() != means.size()) return {};
        for (std::size_t i = 0; i < means.size(); ++i) {
            means[i].least = context[i].least;
            means[i].most = context[i].most;
            means[i].nats += context[i].nats / static_cast<double>(runs.size());
            means[i].lost += context[i].lost / static_cast<double>(runs.size());
        }
    }
    return means;
}

}  // namespace

std::optional<Spread> spread_of(const std::vector<double>& values) {
    if (values.empty()) return std::nullopt;
    Spread spread{.runs = values.size()};
    const auto count = static_cast<double>(values.size());
    for (const double value : values) spread.mean += value / count;
    double squares = 0;
    for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
    if (values.size() > 1) spread.deviation = std::sqrt(squares / (count - 1));
    const auto [low, high] = std::ranges::minmax(values);
    spread.lowest = low;
    spread.highest = high;
    return spread;
}

bool is_lower(const Spread& one, const Spread& other) {
    if (one.runs < 2 || other.runs < 2 || one.highest >= other.lowest) return false;
    const auto n = static_cast<double>(one.runs), m = static_cast<double>(other.runs);
    const double a = one.deviation * one.deviation / n, b = other.deviation * other.deviation / m;
    if (a + b == 0) return true;
    const double degrees = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
    return other.mean - one.mean > critical_value(degrees) * std::sqrt(a + b);
}

const WritingCost* first_cost(const CellSummary& summary) {
    const auto& writing = summary.runs.front()->measure.writing;
    return writing.empty() ? nullptr : &writing.front();
}

const WritingCost* last_cost(const CellSummary& summary) {
    const auto& writing = summary.runs.front()->measure.writing;
    return writing.empty() ? nullptr : &writing.back();
}

std::vector<CellSummary> summaries(const Comparison& comparison) {
    std::vector<CellSummary> all;
    for (const auto& cell : comparison.cells) {
        const auto runs = finished_runs(comparison, cell.model.cell);
        using Figure = std::optional<double>;
        CellSummary summary{.cell = &cell, .runs = runs};
        summary.stream = spread_over(runs, [](const ComparedRun& run) -> Figure {
            return nats_per_character(run.measure.stream);
        });
        summary.windows = spread_over(runs, [](const ComparedRun& run) -> Figure {
            if (!run.measure.windows) return std::nullopt;
            return nats_per_character(*run.measure.windows);
        });
        summary.training_speed = spread_over(
            runs, [](const ComparedRun& run) -> Figure { return run.characters_per_second; });
        summary.reading_speed =
            spread_over(runs, [](const ComparedRun& run) -> Figure { return run.measure.reading; });
        summary.writing = spread_over(runs, last_writing_cost);
        summary.context = mean_context(runs);
        all.push_back(std::move(summary));
    }
    return all;
}

}  // namespace carousel
