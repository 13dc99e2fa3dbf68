#pragma once

#include <optional>

#include "lab/experiment.hpp"

namespace carousel {

/// What the paper reports of an experiment.
struct PublishedResult {
    double solved_percent = 100;
    int trials = 0;
    double sequences = 0;              ///< mean until the end
    double first_sequences = 0;        ///< mean until the first criterion; 0: there is none
    double fewest = 0, most = 0;       ///< range; 0: not told
    std::optional<double> wrong = {};  ///< share of the last test
};

/// Absent where the paper has no such row.
std::optional<PublishedResult> published_result(const Experiment& experiment);

}  // namespace carousel
