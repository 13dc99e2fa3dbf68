#pragma once

#include <cstdint>

namespace carousel {

/// Versions of the format. Each has the settings of those before it, and some more.
constexpr std::uint64_t k_first_version = 1, k_newest_version = 3;

}  // namespace carousel
