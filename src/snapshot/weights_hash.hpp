#pragma once

#include "base/sha256.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// A hash of the weights alone, the same for every file that holds them; `docs/snapshot_format.md`
/// defines it.
Sha256Digest weights_sha256(const Snapshot& snapshot);

}  // namespace carousel
