#pragma once

#include <cstdint>
#include <string>

#include "app/comparison.hpp"

namespace carousel {

inline constexpr std::uint64_t k_comparison_version = 1;

/// For people, or as short as can be.
enum class JsonLayout : std::uint8_t { indented, compact };

/// What programs are told and a file holds: the record, and what it bears in numbers and sentences.
std::string comparison_json(const Comparison& comparison, JsonLayout layout = JsonLayout::indented);

}  // namespace carousel
