#pragma once

#include "cli/options.hpp"

namespace carousel {

/// `carousel lab`: the experiments of 1997, on standard output beside the paper's figures.
/// Returns 0, or 128 and the signal that stopped it.
int lab(const LabOptions& options, const GlobalOptions& global);

}  // namespace carousel
