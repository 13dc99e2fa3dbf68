#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/training_state.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// What was planned for a run that time bounds: its length, and the loss to be expected after twice
/// the time as a share of that to be expected now.
struct Prospect {
    double seconds = 0, loss_after_twice_the_time = 1;
};

/// What the losses of a run tell, in a sentence or two: whether it over-fitted, whether more time
/// would help, what to try next. `validates`: whether there is a text to validate on; `symbols`: V,
/// of which ln V is the loss of a guess.
std::string training_verdict(const std::vector<HistoryRecord>& history,
                             const std::optional<BestLoss>& best, bool validates,
                             std::int64_t symbols,
                             const std::optional<Prospect>& prospect = std::nullopt);

}  // namespace carousel
