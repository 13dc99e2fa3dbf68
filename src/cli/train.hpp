#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Trains a model: a new one, one that goes on (--resume), or one that starts from another
/// (--from). Returns 0, 130, 143 or 129 after Ctrl-C, SIGTERM or SIGHUP, or 1 when the last save
/// failed. Throws: Error, as base/error.hpp tells its kinds.
int train(const TrainOptions& options, const GlobalOptions& global);

}  // namespace carousel
