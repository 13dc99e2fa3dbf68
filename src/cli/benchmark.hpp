#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Measures this machine and prints the rates on standard output. Returns 0.
/// Throws: Error, as base/error.hpp tells its kinds.
int benchmark(const BenchmarkOptions& options, const GlobalOptions& global);

}  // namespace carousel
