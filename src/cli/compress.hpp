#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Make a file smaller, and whole again. Each returns 0.
/// Throws: Error, as base/error.hpp tells its kinds.
int compress(const CompressOptions& options, const GlobalOptions& global);
int decompress(const DecompressOptions& options, const GlobalOptions& global);

}  // namespace carousel
