#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "app/training_events.hpp"
#include "app/training_text.hpp"
#include "evaluation/metrics.hpp"
#include "model/model.hpp"
#include "model/training_config.hpp"
#include "model/training_state.hpp"
#include "model/two_nets.hpp"

namespace carousel {

// How much of its validation text a run reads. On the way it is a slice, spread over the text and
// the same from the first validation to the last, through every resume: what is measured so can be
// compared. At the end the best model reads the whole text.

/// Symbols that a validation on the way reads at most, where training had read `trained` symbols
/// before the first one. Validations twenty times as seldom as that one take a twentieth of the
/// time so, whatever the net, the text and the machine.
std::uint64_t slice_symbols(std::uint64_t trained);

/// Symbols that the measure at the end reads at most, after training had read `trained`: all of a
/// text of ordinary size, and of a huge one what takes a twentieth of the time.
std::uint64_t closing_symbols(std::uint64_t trained);

/// Measures the models of a run on its validation text, net by net: each as it reads a text.
class Validation {
public:
    /// `text` may be none.
    Validation(const ValidationText& text, const TrainingConfig& training);

    bool possible() const { return text_.corpus != nullptr; }

    /// The measure of all validations on the way. `history` tells which slice it is, `step` where
    /// it has no validation yet. Range: possible.
    MeasuredLoss on_the_way(const Model& model, const std::vector<HistoryRecord>& history,
                            std::uint64_t step, Way way = Way::forward) const;

    /// The measure at the end, after `step`. Range: possible.
    MeasuredLoss at_the_end(const Model& model, std::uint64_t step, Way way = Way::forward) const;

    /// Whether it reads all of the text.
    bool closing_is_whole(std::uint64_t step) const { return closing(step) == text_.part.tokens(); }

    /// How many times as long one at the end takes as one on the way; 0 where they are the same.
    double closing_share(const std::vector<HistoryRecord>& history, std::uint64_t step) const;

private:
    std::uint64_t slice(const std::vector<HistoryRecord>& history, std::uint64_t step) const;
    std::uint64_t closing(std::uint64_t step) const;
    MeasuredLoss measure(const Model& model, std::uint64_t symbols, Way way) const;

    ValidationText text_;
    std::uint64_t symbols_per_step_;
};

}  // namespace carousel
