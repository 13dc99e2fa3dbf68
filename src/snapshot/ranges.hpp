#pragma once

#include "snapshot/snapshot.hpp"

namespace carousel {

/// Holds every number and every text of a snapshot, as it stands in a file, against the range that
/// its description states (`fields.hpp`, and those of settings), the numbers of tensors left out.
/// A NaN lies in no range.
/// Throws: std::invalid_argument with a clause that names field, value and range.
void require_ranges(const Snapshot& snapshot);

}  // namespace carousel
