#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Writes text with a trained model to standard output. Returns 0, or 130 after Ctrl-C.
/// Throws: Error, as base/error.hpp tells its kinds.
int generate(const GenerateOptions& options, const GlobalOptions& global);

}  // namespace carousel
