#include "app/training_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/quantity.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_fewest_steps = 100;  // that a loss can be judged by
constexpr double k_noise = 1;                  // nats, over the root of the characters

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

/// A change between two validations that says nothing: a small slice is measured with much noise,
/// of which two models have the most in common.
double noise(const std::optional<MeasuredLoss>& slice, double least) {
    if (!slice) return least;
    return std::max(least, k_noise / std::sqrt(static_cast<double>(slice->characters)));
}

std::vector<HistoryRecord> validations(const std::vector<HistoryRecord>& history) {
    std::vector<HistoryRecord> measured;
    std::ranges::copy_if(history, std::back_inserter(measured), &HistoryRecord::has_validation);
    return measured;
}

std::string over_fitting(const TrainingCourse& course, const std::vector<HistoryRecord>& measured) {
    const auto& best = *course.best;
    const auto at = std::ranges::find(measured, best.step, &HistoryRecord::step);
    return fmt::format(
        "It is over-fitting since step {}: from there on it learned the training text by heart "
        "(validation {:.3f} now, {:.3f} then). "
        "The best model is the one of that step. More text, more dropout or a smaller model "
        "would help.{}",
        format_count(best.step), measured.back().validation_loss, best.loss,
        at != measured.end() ? less_time(course.prospect, at->seconds) : "");
}

}  // namespace

std::string training_verdict(const TrainingCourse& course) {
    if (!course.validates) {
        return "There is no validation text, so nothing tells how well the model does on text it "
               "has not seen.";
    }
    const auto measured = validations(course.history);
    const auto& best = course.best;
    if (measured.size() < k_fewest_validations || !best || measured.back().step < k_fewest_steps) {
        return "The run was too short to say how it goes.";
    }
    const double loss = course.closing ? course.closing->nats : best->loss;
    if (const double guess = std::log(static_cast<double>(course.symbols)); loss > guess) {
        return fmt::format(
            "It has learned nothing: {:.4g} nats are worse than guessing, which has {:.2f}. The "
            "training was not stable; a smaller --learning-rate is the first thing to try.",
            loss, guess);
    }
    const auto& last = measured.back();
    if (last.validation_loss > best->loss + noise(course.slice, 0.005) && best->step < last.step)
        return over_fitting(course, measured);
    const auto& prospect = course.prospect;
    const auto& earlier =
        measured[measured.size() - 1 - std::max<std::size_t>(1, measured.size() / 5)];
    if (earlier.validation_loss - last.validation_loss > noise(course.slice, 0.01)) {
        return fmt::format(
            "It is still improving ({:.3f} to {:.3f} in the last part of the run){}",
            earlier.validation_loss, last.validation_loss,
            prospect ? "." + more_time(prospect, loss) : ": a longer training will do better.");
    }
    if (prospect) return "The validation loss has levelled off." + more_time(prospect, loss);
    const double gap = last.validation_loss - last.training_loss;
    return gap > 0.2 ? "The validation loss has levelled off while the training loss is well below "
                       "it: more text or more dropout would help more than time."
                     : "The validation loss has levelled off: a larger model or a longer schedule "
                       "is the next thing to try.";
}

}  // namespace carousel
