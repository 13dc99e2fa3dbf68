#include "cli/training_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/screen.hpp"

namespace carousel {

std::string training_verdict(const std::vector<HistoryRecord>& history,
                             const std::optional<BestLoss>& best, bool validates) {
    if (!validates) {
        return "There is no validation text, so nothing tells how well the model does on text it "
               "has not seen.";
    }
    std::vector<HistoryRecord> measured;
    std::copy_if(history.begin(), history.end(), std::back_inserter(measured),
                 [](const HistoryRecord& r) { return r.has_validation; });
    if (measured.size() < 2 || !best) return "The run was too short to say how it goes.";
    const auto& last = measured.back();
    const double gap = last.validation_loss - last.training_loss;
    if (last.validation_loss > best->loss + 0.005 && best->step < last.step) {
        return fmt::format(
            "It is over-fitting since step {}: from there on it learned the training text by heart "
            "(validation {:.3f} now, {:.3f} then). "
            "The best model is the one of that step. More text, more dropout or a smaller model "
            "would help.",
            format_count(best->step), last.validation_loss, best->loss);
    }
    const auto& earlier =
        measured[measured.size() - 1 - std::max<std::size_t>(1, measured.size() / 5)];
    if (earlier.validation_loss - last.validation_loss > 0.01) {
        return fmt::format(
            "It is still improving ({:.3f} to {:.3f} in the last part of the run): a longer "
            "training will do better.",
            earlier.validation_loss, last.validation_loss);
    }
    return gap > 0.2 ? "The validation loss has levelled off while the training loss is well below "
                       "it: more text or more dropout would help more than time."
                     : "The validation loss has levelled off: a larger model or a longer schedule "
                       "is the next thing to try.";
}

std::int64_t validations_since_best(const std::vector<HistoryRecord>& history,
                                    const std::optional<BestLoss>& best) {
    if (!best) return 0;
    return std::count_if(history.begin(), history.end(), [&](const HistoryRecord& r) {
        return r.has_validation && r.step > best->step;
    });
}

}  // namespace carousel
