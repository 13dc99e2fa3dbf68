#pragma once

#include "app/events.hpp"
#include "cli/screen.hpp"

namespace carousel {

/// How a screen shows what was left out of a text: a line that `--quiet` silences, or a warning.
enum class ShowSkipped : std::uint8_t { as_line, as_warning };

/// Shows what longer work tells.
void show(const WorkEvent& event, ShowSkipped skipped, Screen& screen);

}  // namespace carousel
