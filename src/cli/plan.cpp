#include "cli/plan.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "app/preview_json.hpp"
#include "app/training.hpp"
#include "base/stopwatch.hpp"
#include "cli/terminal.hpp"
#include "cli/training_lines.hpp"
#include "cli/training_screen.hpp"
#include "cli/wrap.hpp"

namespace carousel {

int plan(const PlanOptions& options, const GlobalOptions& global) {
    const Stopwatch stopwatch;
    TrainingScreen screen(global, true);
    const TrainingHost host{.clock = [&] { return stopwatch.seconds(); },
                            .tell = [&](const TrainingEvent& event) { screen.hear(event); }};
    constexpr double k_latency = 5e-5;  // seconds, of Ethernet
    const auto link = [&] { return Link{options.gigabits * 1e9 / 8, k_latency}; };
    const auto preview = preview_training(options, host, {options.processes, link});
    screen.screen().clear();
    if (options.json) {
        fmt::print("{}", preview_json(preview));
        return 0;
    }
    const auto columns = columns_of(STDOUT_FILENO);
    const auto print = [&](const std::string& line) {
        fmt::print("{}\n", columns ? wrapped_lines(line, *columns) : line);
    };
    const bool own_text = !options.corpus.empty();
    print(promise_line("It would", own_text, preview.plan.plan.passes, preview.seconds));
    for (const auto& line : plan_lines(preview.plan)) print(line);
    for (const auto& note : preview.plan.notes) print(note);
    return 0;
}

}  // namespace carousel
