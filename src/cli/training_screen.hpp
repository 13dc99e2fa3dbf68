#pragma once

#include <string_view>

#include "app/training_events.hpp"
#include "cli/screen.hpp"

namespace carousel {

/// Shows what a training tells: its steps as a live line, the rest as lines that stay, and at its
/// end a sample.
class TrainingScreen {
public:
    /// `output`: whether the sample at the end goes to standard output.
    TrainingScreen(const GlobalOptions& global, bool output) : screen_(global), output_(output) {}

    void hear(const TrainingEvent& event);

    /// Below all that was told.
    Screen& screen() { return screen_; }

private:
    void show(const Prepared& prepared);
    void show(const Stepped& stepped);
    void show(const Validated& validated);
    void show(const Sampled& sampled);
    void show(const Ended& ended);

    Screen screen_;
    bool output_;
    bool tells_end_ = true;  // when the run is done has yet to be said
    double progress_ = 0;
};

}  // namespace carousel
