#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/training_events.hpp"
#include "model/training_state.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// What was planned for a run that time bounds: its length, and the loss to be expected after twice
/// the time as a share of that to be expected now.
struct Prospect {
    double seconds = 0, loss_after_twice_the_time = 1;
};

/// A run as its losses tell it.
struct TrainingCourse {
    const std::vector<HistoryRecord>& history;
    const std::optional<BestLoss>& best;
    bool validates = false;                 ///< there is a text to validate on
    std::optional<MeasuredLoss> slice{};    ///< the newest validation, and how much it read
    std::optional<MeasuredLoss> closing{};  ///< of the best model at the end
    std::int64_t symbols = 0;               ///< V, of which ln V is the loss of a guess
    std::optional<Prospect> prospect{};
};

/// Fewer validations are no curve, and nothing is said of them.
inline constexpr std::size_t k_fewest_validations = 4;

/// What the losses of a run tell, in a sentence or two: whether it over-fitted, whether more time
/// would help, what to try next. A change that is smaller than the noise of the slice is none.
std::string training_verdict(const TrainingCourse& course);

}  // namespace carousel
