#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "app/comparison.hpp"

namespace carousel {

/// A figure of several runs.
struct Spread {
    double mean = 0;
    double deviation = 0;  ///< standard deviation of the runs; 0 of a single one
    double lowest = 0, highest = 0;
    std::size_t runs = 0;
};

/// Absent where there are none.
std::optional<Spread> spread_of(const std::vector<double>& values);

/// Whether seeds alone would hardly make the first so much lower: no run of it is as high as any of
/// the other, and the difference of the means is one that chance has in one case of twenty at most
/// (Welch's test). Never where one of them has a single run.
bool is_lower(const Spread& one, const Spread& other);

/// The finished runs of a cell together.
struct CellSummary {
    const ComparedCell* cell;
    std::vector<const ComparedRun*> runs;
    std::optional<Spread> stream{}, windows{};                ///< nats a character
    std::optional<Spread> training_speed{}, reading_speed{};  ///< characters/s
    std::optional<Spread> writing{};                          ///< milliseconds a character
    std::vector<ContextLoss> context{};                       ///< means; empty without windows
};

/// What writing costs its first run at the beginning of a text, and at the longest that was
/// written; null where it wrote nothing. Range: there is a run.
const WritingCost* first_cost(const CellSummary& summary);
const WritingCost* last_cost(const CellSummary& summary);

/// For each cell, in their order. The comparison must outlive what is returned.
std::vector<CellSummary> summaries(const Comparison& comparison);

}  // namespace carousel
