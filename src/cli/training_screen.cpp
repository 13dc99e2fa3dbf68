#include "cli/training_screen.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "app/training_plan.hpp"
#include "app/training_text.hpp"
#include "base/quantity.hpp"
#include "cli/training_lines.hpp"
#include "cli/work_screen.hpp"
#include "text/printable.hpp"

namespace carousel {

void TrainingScreen::hear(const TrainingEvent& event) {
    const auto warn = [&](const std::string& text) { screen_.warning("carousel: " + text); };
    const auto work = [&](const auto& e) { carousel::show(e, ShowSkipped::as_line, screen_); };
    std::visit(Hear{[&](const Note& e) { work(e); }, [&](const Detail& e) { work(e); },
                    [&](const Skipped& e) { work(e); }, [&](const Warning& e) { work(e); },
                    [&](const Progress& e) { work(e); }, [&](const Prepared& e) { show(e); },
                    [&](const Stepped& e) { show(e); }, [&](const Validated& e) { show(e); },
                    [&](const Sampled& e) { show(e); },
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
    const bool own_text = !prepared.text.record().paths.empty();
    screen_.line(promise_line("I will", own_text, prepared.passes, prepared.seconds_left));
    screen_.line(text_line(prepared));
    screen_.detail(model_line(prepared));
    if (!prepared.seconds_left) return;
    tells_end_ = false;
    for (const auto& line : plan_lines(prepared.plan)) screen_.detail(line);
}

void TrainingScreen::show(const Stepped& stepped) {
    constexpr double k_long = 10;  // seconds
    progress_ = stepped.run.progress;
    if (tells_end_ && stepped.seconds_left) {
        tells_end_ = false;
        if (*stepped.seconds_left >= k_long) screen_.line(end_line(*stepped.seconds_left));
    }
    if (screen_.wants_live())
        screen_.live(screen_.verbose() ? live_details(stepped) : live_line(stepped));
}

void TrainingScreen::show(const Validated& validated) {
    screen_.line(screen_.verbose() ? validation_details(validated) : validation_line(validated));
}

void TrainingScreen::show(const Sampled& sampled) {
    screen_.line(fmt::format("\nAfter {:.0f} % of its training it writes:\n", 100 * progress_));
    screen_.sample(indented(printable(sampled.text)) + '\n');
}

void TrainingScreen::show(const Ended& ended) {
    if (ended.end == TrainingEnd::stopped) return screen_.line(ended.verdict);
    if (ended.end == TrainingEnd::patience) screen_.line(ended.why);
    if (ended.sample && output_) {
        screen_.line("\nA sample of what it has learned:\n");
        fmt::print("{}\n", printable(*ended.sample));
        std::fflush(stdout);
        screen_.line("");
    }
    if (const auto& best = ended.run.snapshot.best)
        screen_.line(best_line(*best, ended.run.closing));
    screen_.line(ended.verdict);
}

}  // namespace carousel
