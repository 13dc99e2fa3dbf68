#pragma once

#include "cli/options.hpp"

namespace carousel {

/// `carousel plan`: what `carousel train` would do with the same words, without doing it. Returns
/// the exit code.
int plan(const PlanOptions& options, const GlobalOptions& global);

}  // namespace carousel
