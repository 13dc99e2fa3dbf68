#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Writes a model file anew without its training state, its weights in the precision asked for.
/// Returns 0. Throws: Error, as base/error.hpp tells its kinds.
int export_model(const ExportOptions& options, const GlobalOptions& global);

}  // namespace carousel
