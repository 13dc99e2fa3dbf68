#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "snapshot/snapshot.hpp"

namespace carousel {

/// All that a model file says but its numbers, as one JSON object.
std::string inspection_json(const std::filesystem::path& file, const Snapshot& snapshot);

/// Parameters of a model as its file holds them.
std::uint64_t stored_parameters(const Snapshot& snapshot);

}  // namespace carousel
