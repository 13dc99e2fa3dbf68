#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "adaptation/dynamic_evaluation.hpp"
#include "app/evaluation_request.hpp"
#include "evaluation/metrics.hpp"

namespace carousel {

/// One way to predict the text, and how well it went.
struct Measurement {
    std::string name;       ///< for programs: `stream`, `windows`, `ngram`, `mixture`
    std::string label;      ///< for people
    bool adaptive = false;  ///< it learned from the text that it had predicted
    std::optional<std::int64_t> window{};  ///< characters, of windows
    std::optional<int> order{};            ///< of an n-gram
    Metrics metrics{};
};

/// What `evaluate` found out.
struct EvaluationReport {
    std::filesystem::path model;  ///< of a mix, the first
    std::vector<MixShare> mix{};  ///< empty: one model predicts alone
    std::vector<std::string> corpus{};
    Part part = Part::all;
    Precision precision = Precision::float32;
    std::optional<int> threads{};                     ///< that were asked for
    std::vector<Measurement> measurements{};          ///< the first is the one that was asked for
    std::optional<AdaptationConfig> adaptation{};     ///< of a stream that is adaptive
    std::optional<std::uint64_t> baseline_symbols{};  ///< that the n-gram counted before it read
    /// The share of the part that the model learned from, where it is of the model's own text.
    double learned = 0;
};

/// Sentences about what was measured and how.
std::vector<std::string> evaluation_notes(const EvaluationReport& report);

/// A row for each measurement, and the notes.
std::string evaluation_table(const EvaluationReport& report);

/// One JSON object: the measures of the first measurement, then all of them.
std::string evaluation_json(const EvaluationReport& report);

}  // namespace carousel
