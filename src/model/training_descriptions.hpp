#pragma once

#include <string>
#include <tuple>

#include "model/limits.hpp"
#include "model/setting.hpp"
#include "model/training_config.hpp"

namespace carousel {

/// "2000 steps", "3 epochs", "1 h 5 min".
std::string format_value(const TrainingLength& length);

// What is said of the settings of a training. A new one is a field of `TrainingConfig` and its
// entry here; `docs/contributing.md` says what else it needs.

template <>
inline constexpr auto k_settings<TrainingConfig> = std::tuple{
    setting(&TrainingConfig::batch_size, {1, k_largest_batch},
            {.name = "batch-size",
             .meaning = "streams of text read side by side",
             .planned = true,
             .fixed = true}),
    setting(&TrainingConfig::window, {1, k_largest_batch},
            {.name = "window",
             .meaning = "characters of truncated backpropagation",
             .planned = true,
             .fixed = true}),
    setting(&TrainingConfig::length, {.name = "length"}),  // --steps, --epochs or --time
    setting(
        &TrainingConfig::optimizer,
        {.name = "optimizer",
         .meaning = "muon gives recurrent matrices orthogonal steps, adam treats all alike; with "
                    "--from it is adam",
         .fixed = true}),
    setting(&TrainingConfig::learning_rate, {.low = 0, .high = 10, .without_low = true},
            {.name = "learning-rate",
             .meaning = "its peak; a third of it for muon with --from",
             .planned = true}),
    setting(&TrainingConfig::warmup, {0, k_most_steps},
            {.name = "warmup",
             .meaning = "steps until the peak",
             .noun = "warm-up",
             .standard = "60, or a tenth of a short run"}),
    setting(&TrainingConfig::schedule,
            {.name = "schedule", .meaning = "how the learning rate falls after its peak"}),
    setting(&TrainingConfig::final_learning_rate, {0, 1},
            {.name = "final-learning-rate",
             .meaning = "what is left of the peak at the end",
             .standard = "0.0333, a thirtieth"}),
    setting(&TrainingConfig::clip, {0, 1000},
            {.name = "clip",
             .meaning = "bound on the global norm of the gradient; 0 = none",
             .noun = "clipping bound"}),
    setting(&TrainingConfig::beta1, k_below_one,
            {.name = "beta1", .meaning = "Adam's decay of the mean of gradients"}),
    setting(&TrainingConfig::beta2, k_below_one,
            {.name = "beta2", .meaning = "Adam's decay of the mean of their squares"}),
    setting(&TrainingConfig::momentum, k_below_one,
            {.name = "momentum", .meaning = "Muon's decay of the mean of gradients"}),
    setting(&TrainingConfig::weight_decay, {0, 10},
            {.name = "weight-decay", .meaning = "decoupled weight decay of matrices"}),
    setting(&TrainingConfig::dropout_input, k_below_one,
            {.name = "dropout-input",
             .meaning = "share of characters whose rows are dropped",
             .noun = "input dropout"}),
    setting(&TrainingConfig::dropout_between, k_below_one,
            {.name = "dropout-between",
             .meaning = "share of units dropped between layers",
             .noun = "dropout between layers",
             .planned = true}),
    setting(&TrainingConfig::dropout_output, k_below_one,
            {.name = "dropout-output",
             .meaning = "share of units dropped before the output",
             .noun = "output dropout",
             .planned = true}),
    setting(&TrainingConfig::dropout_recurrent, k_below_one,
            {.name = "dropout-recurrent",
             .meaning = "share of the recurrent weights dropped (weight-drop)",
             .noun = "recurrent dropout",
             .planned = true}),
    setting(&TrainingConfig::dropout_mask,
            {.name = "dropout-mask",
             .meaning = "how long dropped units stay the same; weights always for a window"}),
    setting(&TrainingConfig::recurrent_gradient,
            {.name = "recurrent-gradient",
             .meaning = "what gradients go back in time through: everything, or the cell's states "
                        "alone"}),
    setting(&TrainingConfig::average, k_below_one,
            {.name = "average",
             .meaning = "decay of a running mean of the weights, kept where it is better; 0 = none",
             .noun = "decay of the averaged weights"}),
    setting(&TrainingConfig::reset_probability, {0, 1},
            {.name = "reset-probability",
             .meaning = "chance that a stream forgets its state before a window",
             .noun = "probability of a reset"}),
    setting(
        &TrainingConfig::patience, {0, k_most_steps},
        {.name = "patience", .meaning = "end after N validations without a new best; 0 = never"}),
    setting(&TrainingConfig::seed, {},
            {.name = "seed", .meaning = "decides every random draw", .fixed = true}),
    setting(&TrainingConfig::shards, {1, k_most_shards},
            {.name = "shards",
             .meaning = "parts of the batch, added up in a fixed order: as many processes can "
                        "train the model, with the same result",
             .standard = "1, or the number of processes",
             .fixed = true,
             .since = 2}),
    setting(&TrainingConfig::teacher_share, {0, 1},
            {.name = "teacher-share",
             .meaning = "share of the loss that is learned from teachers; the rest is the text's",
             .noun = "share of the teachers",
             .since = 3}),
    setting(&TrainingConfig::teacher_temperature, {.low = 0.1, .high = 100},
            {.name = "teacher-temperature",
             .meaning = "temperature at which teachers are compared with the model",
             .since = 3}),
    setting(&TrainingConfig::precision,
            {.name = "precision",
             .meaning = "numbers that matrices multiply: bf16 can be faster on some processors",
             .standard = "float32; with --time the faster on this machine",
             .planned = true,
             .fixed = true,
             .since = 3})};

}  // namespace carousel
