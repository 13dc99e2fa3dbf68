#pragma once

#include <cstdint>

// The largest sizes that options and files may ask for, each stated here alone: ranges of options
// and checks of files take them from here.

namespace carousel {

inline constexpr std::int64_t k_most_layers = 16;        ///< L
inline constexpr std::int64_t k_largest_size = 8192;     ///< H and E
inline constexpr std::int64_t k_largest_batch = 65536;   ///< streams B, and symbols of a window T
inline constexpr std::int64_t k_most_shards = 4096;      ///< parts of a batch
inline constexpr std::int64_t k_largest_segment = 1000;  ///< symbols between adaptive updates
inline constexpr std::int64_t k_most_threads = 256;

}  // namespace carousel
