#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Lists the models that can be named, a line each. Returns 0.
/// Throws: Error, as base/error.hpp tells its kinds.
int list_models(const ModelsOptions& options, const GlobalOptions& global);

}  // namespace carousel
