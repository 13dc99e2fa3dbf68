#include "cli/work_screen.hpp"

#include <fmt/format.h>

namespace carousel {

namespace {

void show_progress(const Progress& progress, Screen& screen) {
    if (!progress.share) {
        screen.clear();  // so that it shows at once
        return screen.live(progress.what);
    }
    if (screen.wants_live())
        screen.live(fmt::format("{}: {:.0f} %", progress.what, 100 * *progress.share));
}

}  // namespace

void show(const WorkEvent& event, ShowSkipped skipped, Screen& screen) {
    std::visit(Hear{[&](const Note& e) { screen.line(e.text); },
                    [&](const Detail& e) { screen.detail(e.text); },
                    [&](const Skipped& e) {
                        skipped == ShowSkipped::as_line ? screen.line(e.text)
                                                        : screen.warning(e.text);
                    },
                    [&](const Warning& e) { screen.warning("carousel: " + e.text); },
                    [&](const Progress& e) { show_progress(e, screen); }},
               event);
}

}  // namespace carousel
