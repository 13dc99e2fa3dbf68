#pragma once

#include <cstdint>
#include <optional>

#include "model/forecast.hpp"
#include "model/language_model_config.hpp"
#include "model/training_config.hpp"
#include "planning/expected_loss.hpp"

// The room planning chooses the settings of a training for a text, a machine and a time, and says
// what loss they should reach. In reading order:
//
//     preset                sizes with a name
//     expected_loss         a fit to finished trainings: loss as a function of net, text, updates
//     cell_choice           the cell that suits a text; the steps that suit a cell
//     learning_rules        learning rate, dropout, warm-up that suit a size and so many updates
//     plan                  the choice: the best expected loss that fits into the time
//     two_net_forecast      a model that reads a text from both its ends
//     reference_forecast    the machine that stands in where the one at hand must not matter
//     shared_forecast, taught_forecast    several processes, and teachers that read along
//
// How fast a machine is, and what memory a net takes there, it says itself (`model/forecast.hpp`).
// What never happens here: a training, a file, a message. What the user has decided is kept.

namespace carousel {

/// What a plan must know of a text.
struct CorpusFacts {
    std::uint64_t characters = 0;  ///< to learn from
    std::uint64_t tokens = 0;      ///< the same with separators and spelled characters
    /// Nats per character of an n-gram model on text of this kind, as `k_reference_ngram_loss`.
    double ngram_loss = k_reference_ngram_loss;
    std::uint64_t measured = 0;  ///< tokens that the model reads at the end, to be measured
    /// Share of its characters that are brackets and operators: what programs are known by.
    double signs = 0;
};

/// What is decided already, by an option, a preset or a model that is trained further.
struct Decided {
    std::optional<CellKind> cell{};
    std::optional<std::int64_t> layers{}, hidden_size{}, embedding_size{}, batch_size{}, window{};
};

/// Fewer updates than these teach too little to be planned, if there is a choice.
inline constexpr double k_fewest_updates = 100;

struct PlanRequest {
    CorpusFacts corpus;
    /// Vocabulary size and all that a plan does not choose; what won (docs/recipes.md).
    LanguageModelConfig model{.cell = CellKind::cifg, .output_input = OutputInput::sum};
    TrainingConfig training;  ///< likewise
    Decided decided;
    double memory = 0;  ///< bytes that the training may take; 0 = any
};

/// Settings, and what comes of them.
struct Plan {
    LanguageModelConfig model;
    TrainingConfig training;
    double characters_per_second = 0;
    double seconds = 0;     ///< of training, without validating and saving
    double characters = 0;  ///< read in training
    double passes = 0;      ///< over the text
    double updates = 0;
    double memory = 0;                             ///< bytes
    double loss = 0, loss_low = 0, loss_high = 0;  ///< expected on validation, nats per character
};

/// Chooses cell, sizes, dropout and learning rate for the lowest expected loss after `seconds` of
/// wall time, of which a part goes to validating and saving, and to reading what the model is
/// measured on at the end. A pure function: the same request, forecast and time give the same plan.
///
/// Law: as time grows the net never shrinks and the expected loss never rises.
Plan choose_plan(const PlanRequest& request, const Forecast& forecast, double seconds);

/// The same for a length in steps or epochs: the sizes that the reference machine would get for as
/// long as a text of this size is worth, with the dropout and learning rate of this length. A
/// function of request and length alone.
Plan choose_plan_by_size(const PlanRequest& request, const TrainingLength& length);

/// In which numbers the net that would be chosen is trained faster, by what is foreseen of both.
TrainingPrecision faster_precision(const PlanRequest& request, const Forecast& float32,
                                   const Forecast& bf16, double seconds);

/// Whether there are hidden sizes to choose among for so many heads.
bool heads_divide_a_plan(std::int64_t heads);

/// What comes of the settings of `plan` when they read so many characters. No loss is above ln V.
void foresee(Plan& plan, const CorpusFacts& corpus, const Forecast& forecast, double characters);

}  // namespace carousel
