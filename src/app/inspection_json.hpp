#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "snapshot/snapshot.hpp"

namespace carousel {

// Weights that were trained elsewhere come without a text and without the settings of a training:
// what their file has in these places says nothing.
bool knows_text(const Snapshot& snapshot);
bool knows_training(const Snapshot& snapshot);

/// All that a model file says but its numbers, as one JSON object; null is what is not known.
std::string inspection_json(const std::filesystem::path& file, const Snapshot& snapshot);

/// Parameters of a model as its file holds them.
std::uint64_t stored_parameters(const Snapshot& snapshot);

}  // namespace carousel
