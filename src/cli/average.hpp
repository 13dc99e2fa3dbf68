#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Writes the mean of some models as a new one. Returns 0.
/// Throws: Error, as base/error.hpp tells its kinds.
int average(const AverageRequest& request, const GlobalOptions& global);

}  // namespace carousel
