#pragma once

#include "model/cell_kind.hpp"

namespace carousel {

/// The cell for a text of which so large a share of the characters are brackets and operators:
/// `mlstm` for programs and what is built like them, else `cifg`. docs/cells.md has the measures.
CellKind cell_for_text(double signs);

/// Fewer updates than these leave a cell that suits a text behind `cifg`.
double fewest_updates_of_cell(CellKind cell);

/// The learning rate of a cell as a share of what the rules give, which were made with `cifg` and
/// `lstm`: less for cells that run away or over-fit with it. docs/recipes.md has the runs.
double step_of_cell(CellKind cell);

}  // namespace carousel
