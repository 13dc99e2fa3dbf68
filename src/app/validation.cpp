#include "app/validation.hpp"

#include <algorithm>

#include "evaluation/evaluator.hpp"

namespace carousel {

namespace {

// Reading costs a third of learning, and on the way it is done with the weights and with their
// mean.
constexpr std::uint64_t k_slice_share = 24, k_closing_share = 8;  // parts of what was trained
constexpr std::uint64_t k_least_slice = 1024;
constexpr std::uint64_t k_most = 250'000;  // more would cost much and tell little

}  // namespace

std::uint64_t slice_symbols(std::uint64_t trained) {
    return std::clamp(trained / k_slice_share, k_least_slice, k_most);
}

std::uint64_t closing_symbols(std::uint64_t trained) {
    return std::max(trained / k_closing_share, k_most);
}

Validation::Validation(const ValidationText& text, const TrainingConfig& training)
    : text_(text),
      symbols_per_step_(static_cast<std::uint64_t>(training.batch_size * training.window)) {}

std::uint64_t Validation::slice(const std::vector<HistoryRecord>& history,
                                std::uint64_t step) const {
    const auto first = std::ranges::find_if(history, &HistoryRecord::has_validation);
    const auto steps = first != history.end() ? first->step : step;
    return std::min(slice_symbols(steps * symbols_per_step_), text_.part.tokens());
}

std::uint64_t Validation::closing(std::uint64_t step) const {
    return std::min(closing_symbols(step * symbols_per_step_), text_.part.tokens());
}

MeasuredLoss Validation::measure(const Model& model, std::uint64_t symbols, Way way) const {
    EstimateConfig config{.way = way};
    const bool whole = symbols == text_.part.tokens();
    if (!whole) config.symbols = symbols;
    const auto metrics = estimate(model, *text_.corpus, text_.part, config);
    return {nats_per_character(metrics), metrics.characters, whole};
}

MeasuredLoss Validation::on_the_way(const Model& model, const std::vector<HistoryRecord>& history,
                                    std::uint64_t step, Way way) const {
    return measure(model, slice(history, step), way);
}

MeasuredLoss Validation::at_the_end(const Model& model, std::uint64_t step, Way way) const {
    return measure(model, closing(step), way);
}

double Validation::closing_share(const std::vector<HistoryRecord>& history,
                                 std::uint64_t step) const {
    if (!possible()) return 0;
    const auto on_the_way = slice(history, step), at_the_end = closing(step);
    if (on_the_way == at_the_end) return 0;
    return static_cast<double>(at_the_end) / static_cast<double>(on_the_way);
}

}  // namespace carousel
