#pragma once

#include <string>

#include "app/training_events.hpp"
#include "cli/screen.hpp"

namespace carousel {

/// Shows what a training tells: its steps as a live line, the rest as lines that stay, and at its
/// end a sample on standard output.
class TrainingScreen {
public:
    explicit TrainingScreen(bool quiet) : screen_(quiet) {}

    void hear(const TrainingEvent& event);

    /// A line below all that was told.
    void line(std::string_view text) { screen_.line(text); }

    /// Removes the live line, before a result is printed.
    void clear() { screen_.clear(); }

private:
    void show(const Prepared& prepared);
    void show(const Stepped& stepped);
    void show(const Ended& ended);

    Screen screen_;
};

}  // namespace carousel
