#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Makes a model file of weights in PyTorch's layout. Returns 0.
/// Throws: Error, as base/error.hpp tells its kinds.
int import_model(const ImportRequest& request, const GlobalOptions& global);

}  // namespace carousel
