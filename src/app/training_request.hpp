#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/training_config.hpp"
#include "planning/preset.hpp"
#include "text/text_settings.hpp"

namespace carousel {

/// A training that is asked for. What a snapshot, the corpus or a plan can supply is absent where
/// nothing was said about it.
struct TrainingRequest {
    std::vector<std::string>
        corpus;  ///< files, directories, `-`; empty: stored paths, else the embedded text
    std::optional<std::filesystem::path> model;  ///< NAME.carousel

    // Text
    std::optional<std::string> validation;  ///< a file; never together with a fraction
    std::optional<double> validation_fraction;
    std::optional<std::string> encoding;
    std::optional<InvalidInput> invalid;
    std::optional<Newlines> newlines;
    std::optional<Unit> unit;
    std::optional<Normalization> normalization;
    std::optional<std::uint32_t> min_count;

    // Model
    std::optional<Preset> preset;
    std::optional<CellKind> cell;
    std::optional<std::int64_t> layers, hidden_size, embedding_size;
    std::optional<float> forget_bias;
    std::optional<OutputInput> output_input;

    // Learning
    std::optional<TrainingLength> length;
    std::optional<std::int64_t> batch_size, window;
    std::optional<float> learning_rate;
    std::optional<std::int64_t> warmup;
    std::optional<Schedule> schedule;
    std::optional<float> final_learning_rate;
    std::optional<OptimizerKind> optimizer;
    std::optional<float> clip, beta1, beta2, momentum, weight_decay;
    std::optional<float> dropout_input, dropout_between, dropout_output, dropout_recurrent;
    std::optional<DropoutMask> dropout_mask;
    std::optional<RecurrentGradient> recurrent_gradient;
    std::optional<float> average, reset_probability;
    std::optional<std::int64_t> patience;
    std::optional<std::uint64_t> seed;

    // The run
    std::optional<int> threads;
    std::optional<std::int64_t> validate_every;   ///< steps
    std::optional<std::int64_t> sample_every;     ///< steps; 0 = no samples
    std::optional<TrainingLength> save_every;     ///< steps or seconds
    std::optional<std::filesystem::path> report;  ///< a page of HTML
    std::optional<std::int64_t> keep;             ///< step files that stay; 0 = none are written
    bool resume = false;
    bool changed_corpus = false;                ///< only with `resume`
    std::optional<std::filesystem::path> from;  ///< never with `resume`
};

}  // namespace carousel
