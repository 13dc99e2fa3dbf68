#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Returns the exit code: 128 and the signal where one stopped it.
int compare(const CompareOptions& options, const GlobalOptions& global);

}  // namespace carousel
