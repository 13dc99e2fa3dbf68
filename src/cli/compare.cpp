#include "cli/compare.hpp"

#include <fmt/format.h>

#include <cstring>
#include <string>
#include <type_traits>
#include <variant>

#include "app/comparison_json.hpp"
#include "app/comparison_run.hpp"
#include "app/comparison_table.hpp"
#include "app/comparison_words.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "base/stopwatch.hpp"
#include "cli/output.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/training_lines.hpp"
#include "cli/work_screen.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

/// "lstm, seed 2 (training 5 of 12)".
std::string title_of_run(const RunBegun& of) {
    return fmt::format("{}, seed {} (training {} of {})", format_value(of.run.cell), of.run.seed,
                       of.number, of.runs);
}

void show_event(const ComparisonBegun& begun, Screen& screen) {
    screen.line(fmt::format("{} in {}{}.", format_count(begun.runs, "training"),
                            shown_path(begun.folder),
                            begun.done > 0 ? fmt::format(", {} of them done", begun.done) : ""));
    screen.line(terms_sentence(begun.comparison));
}

void show_event(const RunBegun& of, Screen& screen) {
    screen.line(fmt::format(
        "{}: {} units in each of {}, {}{}", title_of_run(of), of.cell.model.hidden_size,
        format_count(static_cast<std::uint64_t>(of.cell.model.layers), "layer"),
        format_count(of.cell.parameters, "parameter"), of.resumed ? "; it goes on." : "."));
}

void show_event(const RunStepped& event, Screen& screen) {
    if (!screen.wants_live()) return;
    screen.live(fmt::format("{}: {}", title_of_run(event.of), live_line(event.step)));
}

void show_event(const RunEnded& event, Screen& screen) {
    const auto& run = event.of.run;
    if (run.status == RunStatus::failed)
        return screen.warning(fmt::format("carousel: {}: {}", title_of_run(event.of), run.failure));
    screen.line(fmt::format("{}: {:.4f} nats a character after {} in {}.", title_of_run(event.of),
                            nats_per_character(run.measure.stream),
                            format_count(run.steps, "update"), format_duration(run.seconds)));
}

std::string report(const Comparison& comparison) {
    auto text = comparison_table(comparison) + "\n";
    for (const auto& sentence : conclusions(comparison)) text += sentence + "\n";
    for (const auto& cell : comparison.cells) {
        const auto runs = finished_runs(comparison, cell.model.cell);
        if (runs.empty()) continue;
        text += fmt::format("\n{} writes:\n\n{}\n", format_value(cell.model.cell),
                            indented(printable(runs.front()->measure.sample)));
    }
    return text;
}

}  // namespace

int compare(const CompareOptions& options, const GlobalOptions& global) {
    const Stopwatch stopwatch;
    Screen screen(global);
    const StopSignals signals;
    const ComparisonHost host{
        .clock = [&] { return stopwatch.seconds(); },
        .tell =
            [&](const ComparisonEvent& event) {
                std::visit(
                    [&](const auto& e) {
                        if constexpr (std::is_constructible_v<WorkEvent, decltype(e)>)
                            show(e, ShowSkipped::as_line, screen);
                        else
                            show_event(e, screen);
                    },
                    event);
            },
        .wish_to_stop = [&]() -> std::optional<std::string> {
            if (signals.received() == 0) return std::nullopt;
            return fmt::format("SIG{}", sigabbrev_np(signals.received()));
        },
        .begun = time_stamp()};
    const auto result = run_comparison(options, host);
    screen.clear();
    if (result.stopped) {
        screen.hint("Stopped. All is kept; the same command goes on:", options.command);
        return 128 + signals.received();
    }
    Output output;
    try {
        output.write(options.json ? comparison_json(result.comparison) : report(result.comparison));
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    screen.line(fmt::format("The page is {}.", shown_path(result.files.html)));
    return 0;
}

}  // namespace carousel
