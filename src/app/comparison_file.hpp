#pragma once

#include <filesystem>

#include "app/comparison.hpp"

namespace carousel {

/// Replaces the file of a comparison. Throws: InputError when it cannot be written.
void save_comparison(const std::filesystem::path& path, const Comparison& comparison);

/// Throws: InputError when the file cannot be read, is none of a comparison, or is damaged.
Comparison load_comparison(const std::filesystem::path& path);

}  // namespace carousel
