#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/training_state.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

// Which weights of a run are its best: those of the lowest validation loss, or without a text that
// measures the newest. Where a mean of the weights is kept, it competes with the weights
// themselves.

/// Whether a validation is better than all before it; the first always is, an equal one is not.
bool is_best(const HistoryRecord& validation, const std::optional<BestLoss>& before);

/// Validations after that of the best loss; 0 without one.
std::int64_t validations_since_best(const std::vector<HistoryRecord>& history,
                                    const std::optional<BestLoss>& best);

/// Whether so many validations in a row brought no new best. Patience 0 never ends.
bool out_of_patience(std::int64_t patience, const std::vector<HistoryRecord>& history,
                     const std::optional<BestLoss>& best);

/// What the weights at hand are worth.
struct WeightsWorth {
    std::optional<double> validation_loss{};  ///< where they were measured; nats per character
    bool averaged = false;                    ///< their mean is the better one to use
};

/// The worth of the weights after `step`. `validates`: a text measures; `averages`: a mean is kept.
WeightsWorth weights_worth(const std::vector<HistoryRecord>& history, std::uint64_t step,
                           bool validates, bool averages);

}  // namespace carousel
