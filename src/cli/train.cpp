#include "cli/train.hpp"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <string>

#include "app/processes.hpp"
#include "app/training.hpp"
#include "app/training_json.hpp"
#include "base/error.hpp"
#include "base/shell_word.hpp"
#include "base/stopwatch.hpp"
#include "cli/output.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/training_lines.hpp"
#include "cli/training_screen.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

/// JSON Lines on standard output. A reader that goes away, or a disk that is full, ends no
/// training.
class JsonOutput {
public:
    explicit JsonOutput(Screen& screen) : screen_(screen) {}

    void hear(const TrainingEvent& event) { json_.hear(event); }

    bool failed() const { return failed_; }

private:
    void write(std::string_view line) {
        if (closed_) return;
        try {
            output_.write(line);
        } catch (const OutputClosed&) {
            closed_ = true;
        } catch (const InputError& error) {
            closed_ = failed_ = true;
            screen_.warning(fmt::format("carousel: {} Training goes on without it.", error.what()));
        }
    }

    static constexpr double k_seconds_apart = 1;  // of lines about steps

    Screen& screen_;
    Output output_;
    TrainingJson json_{[this](std::string_view line) { write(line); }, k_seconds_apart};
    bool closed_ = false, failed_ = false;
};

/// The command that writes on with a model, its prompt as `--prompt` reads it.
std::string command_to_generate(const std::filesystem::path& model, const std::string& prompt) {
    auto command = fmt::format("{} generate --model {}", program_name(), shell_path(model));
    if (prompt.empty()) return command;
    std::string escaped;
    for (const char c : prompt) escaped += c == '\\' ? "\\\\" : std::string(1, c);
    return command + " --prompt " + shell_word(escaped);
}

}  // namespace

int train(const TrainOptions& options, const GlobalOptions& global) {
    const Stopwatch stopwatch;
    const auto processes = join_training();
    if (processes && processes->process() > 0) {
        const StopSignals ignored;  // the first process hears them too, and decides
        serve_training(options, *processes);
        return 0;
    }
    TrainingScreen shown(global, !options.json);
    Screen& screen = shown.screen();
    std::optional<JsonOutput> json;
    if (options.json) json.emplace(screen);
    std::optional<StopSignals> signals;  // once there is something to lose
    const auto signal = [&] { return signals ? signals->received() : 0; };
    const TrainingHost host{.clock = [&] { return stopwatch.seconds(); },
                            .tell =
                                [&](const TrainingEvent& event) {
                                    if (std::holds_alternative<Begun>(event)) signals.emplace();
                                    shown.hear(event);
                                    if (json) json->hear(event);
                                },
                            .wish_to_stop = [&]() -> std::optional<std::string> {
                                if (signal() == 0) return std::nullopt;
                                return fmt::format("SIG{}", sigabbrev_np(signal()));
                            },
                            .begun = time_stamp(),
                            .closing_sample = options.json || !global.quiet,
                            .processes = processes.get()};

    const auto result = run_training(options, host);
    const auto& outcome = result.outcome;
    // What is not there is not announced, and no end is a success then.
    if (!outcome.shortfall.empty()) throw InputError(outcome.shortfall);
    if (outcome.end == TrainingEnd::stopped) {
        screen.hint("Go on with:", fmt::format("{} train --resume --model {}", program_name(),
                                               shell_path(result.model)));
        return 128 + signal();
    }
    if (options.report && result.report_failure.empty())
        screen.line(fmt::format("The report is {}.", printable(options.report->string())));
    screen.hint(fmt::format("The model is {}. Write more with:", printable(result.model.string())),
                command_to_generate(result.model, result.prompt));
    if (!result.report_failure.empty()) {
        throw InputError(
            fmt::format("The report was not written to its end. {}", result.report_failure));
    }
    return json && json->failed() ? 1 : 0;
}

}  // namespace carousel
