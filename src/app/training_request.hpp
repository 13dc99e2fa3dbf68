#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/language_model_descriptions.hpp"
#include "model/setting.hpp"
#include "model/training_descriptions.hpp"
#include "planning/preset.hpp"
#include "text/text_descriptions.hpp"

namespace carousel {

/// A training that is asked for. What a snapshot, the corpus or a plan can supply is absent where
/// nothing was said about it.
struct TrainingRequest {
    /// Files, directories, `-`; empty: the stored paths, else the embedded text.
    std::vector<std::string> corpus;
    std::vector<std::string> include, exclude;   ///< patterns for the files of directories
    std::optional<std::filesystem::path> model;  ///< NAME.carousel

    // Text
    std::optional<std::string> validation;  ///< a file; never together with a fraction
    std::optional<double> validation_fraction;
    Given<DecodingSettings> decoding;
    Given<TextSettings> text;

    // Model and learning
    std::optional<Preset> preset;
    Given<LanguageModelConfig> architecture;
    Given<TrainingConfig> training;

    // The run
    std::optional<int> threads;
    std::optional<std::int64_t> validate_every;   ///< steps
    std::optional<std::int64_t> sample_every;     ///< steps; 0 = no samples
    std::optional<TrainingLength> save_every;     ///< steps or seconds
    std::optional<std::filesystem::path> report;  ///< a page of HTML
    std::optional<std::int64_t> keep;             ///< step files that stay; 0 = none are written
    bool resume = false;
    bool changed_corpus = false;                  ///< only with `resume`
    std::optional<std::filesystem::path> from;    ///< never with `resume`
    std::vector<std::filesystem::path> teachers;  ///< models to learn from; never with `resume`

    std::string command;  ///< that asks for it, as a shell reads it, for log and page; may be empty
};

}  // namespace carousel
