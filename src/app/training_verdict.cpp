#include "app/training_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/quantity.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_fewest_steps = 100;  // that a loss can be judged by

/// What twice the time would bring; empty without a plan.
std::string more_time(const std::optional<Prospect>& prospect, double loss) {
    if (!prospect) return "";
    const auto twice = format_duration(2 * prospect->seconds);
    const double then = loss * prospect->loss_after_twice_the_time;
    if (then > loss - 0.01)
        return fmt::format(" Even {} would hardly better it: more text would.", twice);
    return fmt::format(" A new training with --time for {} should reach about {:.2f}.", twice,
                       then);
}

/// Where a run was best, as a hint for the next one.
std::string less_time(const std::optional<Prospect>& prospect, double seconds) {
    if (!prospect) return "";
    return fmt::format(" {} would do: --time plans the settings for it.", format_duration(seconds));
}

}  // namespace

std::string training_verdict(const std::vector<HistoryRecord>& history,
                             const std::optional<BestLoss>& best, bool validates,
                             std::int64_t symbols, const std::optional<Prospect>& prospect) {
    if (!validates) {
        return "There is no validation text, so nothing tells how well the model does on text it "
               "has not seen.";
    }
    std::vector<HistoryRecord> measured;
    std::copy_if(history.begin(), history.end(), std::back_inserter(measured),
                 [](const HistoryRecord& r) { return r.has_validation; });
    if (measured.size() < 2 || !best || measured.back().step < k_fewest_steps) {
        return "The run was too short to say how it goes.";
    }
    if (const double guess = std::log(static_cast<double>(symbols)); best->loss > guess) {
        return fmt::format(
            "It has learned nothing: {:.4g} nats are worse than guessing, which has {:.2f}. The "
            "training was not stable; a smaller --learning-rate is the first thing to try.",
            best->loss, guess);
    }
    const auto& last = measured.back();
    const double gap = last.validation_loss - last.training_loss;
    if (last.validation_loss > best->loss + 0.005 && best->step < last.step) {
        const auto at = std::find_if(measured.begin(), measured.end(),
                                     [&](const auto& r) { return r.step == best->step; });
        return fmt::format(
            "It is over-fitting since step {}: from there on it learned the training text by heart "
            "(validation {:.3f} now, {:.3f} then). "
            "The best model is the one of that step. More text, more dropout or a smaller model "
            "would help.{}",
            format_count(best->step), last.validation_loss, best->loss,
            at != measured.end() ? less_time(prospect, at->seconds) : "");
    }
    const auto& earlier =
        measured[measured.size() - 1 - std::max<std::size_t>(1, measured.size() / 5)];
    if (earlier.validation_loss - last.validation_loss > 0.01) {
        return fmt::format("It is still improving ({:.3f} to {:.3f} in the last part of the run){}",
                           earlier.validation_loss, last.validation_loss,
                           prospect ? "." + more_time(prospect, best->loss)
                                    : ": a longer training will do better.");
    }
    if (prospect) return "The validation loss has levelled off." + more_time(prospect, best->loss);
    return gap > 0.2 ? "The validation loss has levelled off while the training loss is well below "
                       "it: more text or more dropout would help more than time."
                     : "The validation loss has levelled off: a larger model or a longer schedule "
                       "is the next thing to try.";
}

}  // namespace carousel
