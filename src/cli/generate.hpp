#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Writes text with a trained model to standard output. Returns 0, or 130, 143
/// or 129 after Ctrl-C, SIGTERM or SIGHUP.
/// Throws: Error, as base/error.hpp tells its kinds.
int generate(const GenerateOptions& options, const GlobalOptions& global);

}  // namespace carousel
