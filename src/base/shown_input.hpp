#pragma once

#include <filesystem>
#include <string>

namespace carousel {

/// How messages name what is read from a path: the path as `shown_path` has it, or "standard
/// input" for `-`.
std::string shown_input(const std::filesystem::path& path);

}  // namespace carousel
