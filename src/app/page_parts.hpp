#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"
#include "model/quantization.hpp"
#include "report/page.hpp"
#include "snapshot/snapshot.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

class Machine;

// What the pages of `evaluate` and `train` have in common.

/// Model, training and text of a snapshot. `parameters`: of the model.
std::vector<Page::Table> settings_tables(const Snapshot& snapshot, std::int64_t parameters);

/// The machine that makes a page, for people: its processor, its threads.
std::string machine_words(const Machine& machine);

/// Loss against steps and against time, and the learning rate, as HTML; empty when there is nothing
/// to draw. Times count all runs.
std::string curves(const std::vector<HistoryRecord>& history, const std::optional<BestLoss>& best);

/// What is to be known to read the curves.
std::string about_curves(const TrainingConfig& config);

struct SampleConfig {
    std::uint64_t seed = 0;
    std::uint64_t length = 0;  ///< characters of each sample
    double seconds = 0;        ///< for all of them; where they do not suffice, they end early
    Precision precision = Precision::float32;
    std::optional<int> threads{};  ///< absent: by the size of the model
};

/// Texts that a model writes at temperatures 0.5, 0.8 and 1, from the start of a document.
std::vector<PageSample> write_samples(const LanguageModelConfig& model,
                                      std::span<const NamedTensor> weights,
                                      const Tokenizer& tokenizer, const SampleConfig& config);

/// Replaces a file of the same kind. Throws: InputError when it cannot be written.
void write_page(const std::filesystem::path& path, std::string_view html);

}  // namespace carousel
