#pragma once

#include <filesystem>
#include <string>

#include "app/comparison.hpp"

namespace carousel {

/// What programs are told: the record, and what it bears in numbers and sentences.
std::string comparison_json(const Comparison& comparison);

/// Replaces the file of a comparison. Throws: InputError when it cannot be written.
void save_comparison(const std::filesystem::path& path, const Comparison& comparison);

/// Throws: InputError when the file cannot be read, is none of a comparison, or is damaged.
Comparison load_comparison(const std::filesystem::path& path);

}  // namespace carousel
