#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Show what belongs into the gaps of a text, and which of its characters are slips. Each returns
/// 0. Throws: Error, as base/error.hpp tells its kinds.
int fill(const FillOptions& options, const GlobalOptions& global);
int correct(const CorrectOptions& options, const GlobalOptions& global);

}  // namespace carousel
