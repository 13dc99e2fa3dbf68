#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Tells what a model file is, or what its units do on a text, on standard output. Returns 0.
/// Throws: Error, as base/error.hpp tells its kinds.
int inspect(const InspectOptions& options, const GlobalOptions& global);

}  // namespace carousel
