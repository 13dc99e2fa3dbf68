#include "cli/train.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "app/training.hpp"
#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "cli/signals.hpp"
#include "cli/training_screen.hpp"
#include "text/printable.hpp"

namespace carousel {

int train(const TrainingRequest& request, const GlobalOptions& global) {
    const Stopwatch stopwatch;
    TrainingScreen screen(global.quiet);
    std::optional<StopSignals> signals;  // once there is something to lose
    const auto signal = [&] { return signals ? signals->received() : 0; };
    const TrainingHost host{.clock = [&] { return stopwatch.seconds(); },
                            .tell =
                                [&](const TrainingEvent& event) {
                                    if (std::holds_alternative<Begun>(event)) signals.emplace();
                                    screen.hear(event);
                                },
                            .wish_to_stop = [&]() -> std::optional<std::string> {
                                if (signal() == 0) return std::nullopt;
                                return fmt::format("SIG{}", sigabbrev_np(signal()));
                            },
                            .closing_sample = !global.quiet};

    const auto result = run_training(request, host);
    const auto& outcome = result.outcome;
    // What is not there is not announced, and no end is a success then.
    if (!outcome.shortfall.empty()) throw InputError(outcome.shortfall);
    if (outcome.end == TrainingEnd::stopped) return 128 + signal();
    if (request.report && result.report_failure.empty())
        screen.line(fmt::format("The report is {}.", printable(request.report->string())));
    const char* program = std::getenv("CAROUSEL_PROGRAM");
    screen.line(fmt::format(
        "The model is {0}. Write more with:\n  {1} generate --model {0} --prompt "
        "\"...\"",
        printable(result.model.string()), program != nullptr ? printable(program) : "carousel"));
    if (!result.report_failure.empty()) {
        throw InputError(
            fmt::format("The report was not written to its end. {}", result.report_failure));
    }
    return 0;
}

}  // namespace carousel
