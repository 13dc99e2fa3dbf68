#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/comparison_request.hpp"
#include "app/training_request.hpp"
#include "evaluation/metrics.hpp"
#include "model/language_model_config.hpp"
#include "model/training_config.hpp"

namespace carousel {

// A comparison of cells on one text, from its request to its page. In which order to read it:
//
//     comparison_request     what can be asked for, and what contradicts itself
//     comparison             the record: what was agreed, how each cell is trained, what came of it
//     comparison_json        the record as it is shown to programs
//     comparison_file        the same as a file, written and read
//     comparison_terms       what is asked for now against what was agreed then
//     comparison_sizes       the sizes with which a cell has so many parameters
//     comparison_plan        how a cell is trained: sizes, rates
//     comparison_run         one training after the other, from where an earlier run stopped
//     comparison_measure     a trained model: its losses, how it writes, what it remembers
//     comparison_summary     the runs of a cell together; what can be told apart
//     comparison_table       the same as a table
//     comparison_words       what the numbers bear, in sentences
//     comparison_page        all of that on a page
//
// Times are measured, so they differ from run to run; all else is the same however often the
// comparison was interrupted, where its length is in steps or epochs.

/// A validation on the way.
struct LearningPoint {
    std::uint64_t step = 0;
    double seconds = 0;
    double loss = 0;  ///< nats a character
};

/// The characters that had so many before them in their window.
struct ContextLoss {
    std::uint64_t least = 0, most = 0;  ///< characters before
    double nats = 0;                    ///< a character
    double lost = 0;  ///< of that what the same characters do not cost in the whole stream
};

/// What writing costs at a length of the text.
struct WritingCost {
    std::uint64_t characters = 0;  ///< that the text has
    double milliseconds = 0;       ///< a character, since the point before
    std::uint64_t bytes = 0;       ///< that the model remembers of it
};

/// What a trained model is worth.
struct ModelMeasure {
    Metrics stream{};                    ///< the validation text as one stream
    std::optional<Metrics> windows{};    ///< in windows; absent where it is shorter than one
    std::vector<ContextLoss> context{};  ///< of these windows
    double reading = 0;                  ///< characters/s, of the stream
    std::vector<WritingCost> writing{};
    std::string sample{};
};

enum class RunStatus : std::uint8_t { begun, finished, failed };

template <>
inline constexpr std::array<std::string_view, 3> k_words<RunStatus>{"begun", "finished", "failed"};

/// One training, of a cell with a seed.
struct ComparedRun {
    CellKind cell = CellKind::lstm;
    std::uint64_t seed = 1;
    RunStatus status = RunStatus::begun;
    std::string failure{};  ///< why it failed: whole sentences
    std::string machine{};  ///< "2 threads, avx512"
    std::uint64_t steps = 0;
    double seconds = 0;
    double characters_per_second = 0;  ///< of training, without validations and saves
    std::vector<LearningPoint> curve{};
    ModelMeasure measure{};
};

/// How all models of a cell are trained, but for the seed.
struct ComparedCell {
    LanguageModelConfig model;
    TrainingConfig training;
    std::uint64_t parameters = 0;
};

/// What cells with as many parameters are made by: the plan for the reference.
struct EqualSizes {
    std::uint64_t parameters = 0;
    std::int64_t layers = 0, batch_size = 0, window = 0;
};

/// The text, as far as it decides what the numbers mean.
struct ComparedText {
    std::string fingerprint{}, validation_fingerprint{};  ///< hexadecimal; the latter of a file
    std::uint64_t training_characters = 0, validation_characters = 0;
};

struct Comparison {
    TrainingRequest terms;  ///< text, settings and length that were asked for
    Equal equal = Equal::parameters;
    std::optional<EqualSizes> sizes{};  ///< only where parameters are equal
    ComparedText text{};
    std::vector<ComparedCell> cells{};  ///< in the order in which they were asked for
    std::vector<ComparedRun> runs{};    ///< in the order in which they were begun
};

/// Those of the comparison, or null.
const ComparedCell* find_cell(const Comparison& comparison, CellKind cell);
ComparedRun* find_run(Comparison& comparison, CellKind cell, std::uint64_t seed);

/// The runs of a cell that are finished, in the order of their seeds.
std::vector<const ComparedRun*> finished_runs(const Comparison& comparison, CellKind cell);

/// The files of a comparison, all in one folder.
struct ComparisonFiles {
    std::filesystem::path folder, html;

    std::filesystem::path record() const { return folder / "comparison.json"; }
    std::filesystem::path lock() const { return folder / "comparison.lock"; }
    std::filesystem::path model(CellKind cell, std::uint64_t seed) const;
};

/// Throws: UsageError where the page would overwrite what is read or no page.
ComparisonFiles comparison_files(const ComparisonRequest& request);

}  // namespace carousel
