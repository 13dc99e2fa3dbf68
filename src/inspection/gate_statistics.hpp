#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inspection/telling_units.hpp"
#include "inspection/text_features.hpp"
#include "inspection/unit_trace.hpp"
#include "model/cell_signals.hpp"

namespace carousel {

/// How open one gate of a layer is, over all its units and all characters.
struct GateOpening {
    std::size_t layer = 0, signal = 0;
    double mean = 0;  ///< in [0, 1]
    double shut = 0;  ///< share of numbers below 0.1
    double open = 0;  ///< share of numbers above 0.9
};
std::vector<GateOpening> gate_openings(const UnitTrace& trace, const CellView& cell);

/// How long the units of a layer remember: characters until a memory has faded to 1/e at the mean
/// of what its unit keeps of it in a step, -1 / ln(mean). Infinite where all is kept.
struct MemoryLengths {
    std::vector<double> characters;  ///< of each unit
    double median = 0;
};

/// One for each layer; empty where the cell has nothing that says how much is kept.
std::vector<MemoryLengths> memory_lengths(const UnitTrace& trace, const CellView& cell);

/// A unit that lets its memory go at a boundary of the text.
struct MemoryReset {
    UnitPlace place;     ///< with the signal that says so
    bool after = false;  ///< with the character after the one that ends something
    double kept_there = 0,
           kept_elsewhere = 0;  ///< means of the share kept, second half of the text
    double lets_go = 0;         ///< share of those boundaries at which less than half is kept
};

struct BoundaryReport {
    std::string name;
    std::size_t places = 0;
    std::vector<MemoryReset> resets;  ///< the largest difference in the first half first
};

/// The units that keep less at a boundary than elsewhere; chosen on the first half of the text and
/// measured on the second. Boundaries that occur too rarely, and cells that say nothing of what
/// they keep, have none.
std::vector<BoundaryReport> memory_resets(const UnitTrace& trace, const CellView& cell,
                                          std::span<const TextBoundary> boundaries,
                                          std::size_t most);

/// The signal from which the share of the memory that is kept follows, and whether as 1 less it.
struct KeptShare {
    std::size_t signal = 0;
    bool is_rest = false;
    float of(float value) const { return is_rest ? 1.0F - value : value; }
};
std::optional<KeptShare> kept_share(const CellView& cell);

}  // namespace carousel
