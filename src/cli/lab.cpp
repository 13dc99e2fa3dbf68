#include "cli/lab.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "app/lab_gradients.hpp"
#include "app/lab_json.hpp"
#include "app/lab_run.hpp"
#include "app/machines.hpp"
#include "app/output_files.hpp"
#include "app/page_parts.hpp"
#include "base/quantity.hpp"
#include "base/stopwatch.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/signals.hpp"

namespace carousel {

namespace {

void show(const LabProgress& progress, const Stopwatch& stopwatch, Screen& screen) {
    if (!screen.wants_live()) return;
    screen.live(fmt::format("task {}: {} of {} trials, {} solved; {}, {}",
                            format_value(progress.task), progress.summary.trials, progress.trials,
                            progress.summary.solved, format_count(progress.sequences, "sequence"),
                            format_duration(stopwatch.seconds())));
}

int show_gradients(const LabOptions& options, Screen& screen, Output& output) {
    const auto& request = options.gradient_request;
    if (options.html) require_output_file("html", *options.html, OwnFile::page, {});
    if (request.svg) require_new_file(*request.svg, {});
    const StopSignals signals;
    const auto report = run_gradients(
        request, options.length.value_or(standard_experiment(LabTask::order_of_two).length),
        options.seed, [&](CellKind cell, int update) {
            if (screen.wants_live()) {
                screen.live(
                    fmt::format("{}: batch {} of {}", format_value(cell), update, request.updates));
            }
            return signals.received() == 0;
        });
    screen.clear();
    if (signals.received() != 0) return 128 + signals.received();
    output.write(options.json ? gradient_json(report) : gradient_table(report));
    if (options.html) write_page(*options.html, gradient_page(report));
    if (request.svg) write_svg(*request.svg, gradient_svg(report));
    return 0;
}

}  // namespace

int lab(const LabOptions& options, const GlobalOptions& global) {
    Output output;
    Screen screen(global);
    if (options.gradients) return show_gradients(options, screen, output);
    if (options.tasks.empty()) {
        output.write(lab_overview());
        return 0;
    }
    if (options.html) require_output_file("html", *options.html, OwnFile::page, {});
    const Stopwatch stopwatch;
    const StopSignals signals;
    const LabHost host{
        .clock = [&] { return stopwatch.seconds(); },
        .tell = [&](const LabProgress& progress) { show(progress, stopwatch, screen); },
        .wish_to_stop = [&] { return signals.received() != 0; }};
    std::vector<LabReport> reports;
    for (const auto task : options.tasks) {
        for (auto& report :
             run_task(options, task, options.threads.value_or(default_threads()), host)) {
            screen.clear();
            const char* gap = reports.empty() ? "" : "\n";
            output.write(options.json ? lab_json(report) : gap + lab_table(report));
            reports.push_back(std::move(report));
        }
        if (signals.received() != 0) break;
    }
    if (options.html) write_page(*options.html, lab_page(reports));
    if (signals.received() == 0) return 0;
    screen.line("Stopped. The same command goes on where it was.");
    return 128 + signals.received();
}

}  // namespace carousel
