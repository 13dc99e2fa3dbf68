#include "cli/train.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "app/training.hpp"
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

    const auto [outcome, model] = run_training(request, host);
    if (outcome.end == TrainingEnd::stopped) return 128 + signal();
    if (request.report)
        screen.line(fmt::format("The report is {}.", printable(request.report->string())));
    const char* program = std::getenv("CAROUSEL_PROGRAM");
    screen.line(fmt::format(
        "The model is {0}. Write more with:\n  {1} generate --model {0} --prompt "
        "\"...\"",
        printable(model.string()), program != nullptr ? printable(program) : "carousel"));
    return outcome.saved ? 0 : 1;
}

}  // namespace carousel
