#include "cli/training_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/training_plan.hpp"
#include "base/quantity.hpp"
#include "cli/training_lines.hpp"
#include "cli/work_screen.hpp"
#include "text/printable.hpp"

namespace carousel {

void TrainingScreen::hear(const TrainingEvent& event) {
    const auto warn = [&](const std::string& text) { screen_.warning("carousel: " + text); };
    const auto work = [&](const auto& e) { carousel::show(e, ShowSkipped::as_line, screen_); };
    std::visit(Hear{[&](const Note& e) { work(e); }, [&](const Skipped& e) { work(e); },
                    [&](const Warning& e) { work(e); }, [&](const Progress& e) { work(e); },
                    [&](const Prepared& e) { show(e); },
                    [&](const Planned& e) {
                        for (const auto& line : plan_lines(e.plan, e.seconds)) screen_.line(line);
                    },
                    [&](const Stepped& e) { show(e); },
                    [&](const Validated& e) {
                        screen_.line(validation_line(e.run.now, e.epochs, e.best));
                    },
                    [&](const Sampled& e) {
                        screen_.line(fmt::format("\n{}\n", indented(printable(e.text))));
                    },
                    [&](const SaveFailed& e) {
                        warn(
                            fmt::format("the model could not be saved at step {}: {} Training "
                                        "goes on, and the next save tries again.",
                                        format_count(e.step), e.text));
                    },
                    [&](const Recovered& e) { warn(e.text); }, [&](const Ended& e) { show(e); },
                    [](const auto&) {}},
               event);
}

void TrainingScreen::show(const Prepared& prepared) {
    if (prepared.resumed) {
        screen_.line(fmt::format("Going on from step {} of {}.", format_count(prepared.step),
                                 printable(prepared.resumed->string())));
    }
    if (prepared.tuned_from) {
        screen_.line(fmt::format(
            "Starting from the weights of {}{}.", printable(prepared.tuned_from->string()),
            prepared.new_symbols > 0 ? "; " + format_count(prepared.new_symbols, "new symbol")
                                     : ""));
    }
    screen_.line(text_line(prepared));
    screen_.line(model_line(prepared));
}

void TrainingScreen::show(const Stepped& stepped) {
    if (!screen_.wants_live()) return;
    const auto& now = stepped.run.now;
    const auto& left = stepped.seconds_left;
    screen_.live(
        fmt::format("{:3.0f} %  step {}  {} characters/s  training loss {:.3f}  {} left",
                    100 * std::min(1.0, stepped.run.progress), format_count(now.step),
                    format_count(static_cast<std::uint64_t>(stepped.characters_per_second)),
                    now.training_loss, left ? format_duration(*left) : "…"));
}

void TrainingScreen::show(const Ended& ended) {
    if (ended.end == TrainingEnd::stopped) return screen_.line(ended.verdict);
    if (ended.end == TrainingEnd::patience) screen_.line(ended.why);
    if (ended.sample) {
        screen_.line("\nA sample of what it has learned:\n");
        fmt::print("{}\n", printable(*ended.sample));
        std::fflush(stdout);
        screen_.line("");
    }
    if (const auto& best = ended.run.snapshot.best) screen_.line(best_line(*best));
    screen_.line(ended.verdict);
}

}  // namespace carousel
