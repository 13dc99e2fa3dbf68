#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace carousel {

/// Models whose weights shall become their mean.
struct AverageRequest {
    std::vector<std::filesystem::path> files;     ///< two or more
    std::optional<std::filesystem::path> output;  ///< absent: NAME.average.carousel, of the first
};

/// What was made of them.
struct AveragedModel {
    std::filesystem::path file;
    /// How far the models lie apart: the root mean square of their distances to the mean, in units
    /// of its length. 0 for equal ones, about 1 and more for strangers.
    double spread = 0;
    std::vector<std::string> notes;  ///< whole sentences
};

/// Strangers: the mean of such models knows nothing.
constexpr double k_spread_of_strangers = 0.6;

/// Writes the mean of the weights of models with the same alphabet and architecture as a new model,
/// in single precision, which can be used, evaluated and tuned (`train --from`), and not resumed.
/// It writes what any of them has learned to write. What it is said to have learned from stays
/// where they agree on it. Throws: UsageError when there are less than two, or when they differ,
/// saying in what; InputError and SnapshotError as `load_snapshot` and `save_snapshot` do.
AveragedModel average_models(const AverageRequest& request);

}  // namespace carousel
