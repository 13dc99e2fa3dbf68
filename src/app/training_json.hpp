#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "app/training_events.hpp"

namespace carousel {

/// What a training tells as JSON Lines, for programs: a line for each event but those of single
/// steps, which come now and then. The log and `train --json` are these lines; `docs/log.md` tells
/// their keys.
class TrainingJson {
public:
    /// `write` gets each line with its newline. `seconds_apart`: at least, of lines about steps.
    TrainingJson(std::function<void(std::string_view line)> write, double seconds_apart);

    void hear(const TrainingEvent& event);

private:
    void progress(const Stepped& step);
    void validation(const Validated& validated);
    void end(const Ended& ended);

    std::function<void(std::string_view line)> write_;
    double seconds_apart_;
    double last_progress_ = 0;             // seconds of all runs
    std::uint64_t step_ = 0;               // the newest
    std::optional<double> gradient_norm_;  // of the newest step
};

}  // namespace carousel
