#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "interchange/safetensors.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// What a safetensors file says of a model besides its weights: who wrote it, the alphabet, which
/// symbols were learned, settings, the corpus without its folders. No path of anybody's is in it.
/// `docs/interoperate.md` says every key.
std::vector<std::pair<std::string, std::string>> metadata_of(const Snapshot& snapshot);

/// The way back: a snapshot without weights, its architecture as far as no weight tells it. Absent
/// where a file has no alphabet, and so is not one of Carousel's.
/// Throws: std::invalid_argument with a clause that says what is wrong.
std::optional<Snapshot> snapshot_of(const Safetensors::Metadata& metadata);

}  // namespace carousel
