#pragma once

#include <optional>
#include <string>

#include "app/comparison.hpp"
#include "app/comparison_summary.hpp"

namespace carousel {

/// A value in the table of a terminal or a page; empty where there is none.
std::string loss_cell(const std::optional<Spread>& loss);     ///< "1.8312 ± 0.0041"
std::string speed_cell(const std::optional<Spread>& speed);   ///< "61,234"
std::string writing_cell(const std::optional<Spread>& cost);  ///< "0.021"
std::string memory_cell(const CellSummary& summary);          ///< "2.0 kB", "8.2 kB → 131 kB"

/// A row for each cell, for a terminal.
std::string comparison_table(const Comparison& comparison);

}  // namespace carousel
