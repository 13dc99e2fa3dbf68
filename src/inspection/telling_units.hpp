#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inspection/text_features.hpp"
#include "inspection/unit_trace.hpp"

namespace carousel {

/// One signal of one unit.
struct UnitPlace {
    std::size_t layer = 0, unit = 0, signal = 0;
};

/// A unit that tells a feature.
struct TellingUnit {
    UnitPlace place;
    double chosen = 0;    ///< correlation with the feature on the first half of the text
    double measured = 0;  ///< and on the second half, in which nothing was chosen; in [-1, 1]
    /// Of features that hold or do not: with the threshold of the first half, the share of places
    /// of the second that are told right, mean over those where it holds and those where not.
    std::optional<double> told_right{};
};

struct FeatureReport {
    std::string name, words;
    bool is_amount = false;
    std::size_t places = 0;  ///< where it holds, or is not 0
    std::vector<TellingUnit>
        units;  ///< the best of the first half first; empty: it occurs too rarely
};

/// Calls work(i) for each i in [0, count), in any order, maybe at once.
using ForEach =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)>;

/// Finds for each feature the units whose signals are most correlated with it, each unit once, by
/// its best signal. They are chosen on the first half of the text and measured on the second, since
/// among hundreds of units the best one of a half is there by luck as well. The features that are
/// told best come first, those that occur too rarely last.
std::vector<FeatureReport> find_telling_units(const UnitTrace& trace,
                                              std::span<const TextFeature> features,
                                              std::size_t most, const ForEach& for_each);

/// Pearson's correlation; 0 where one of them does not change. Range: of the same length.
double correlation(std::span<const float> one, std::span<const float> other);

}  // namespace carousel
