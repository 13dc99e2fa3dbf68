#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// Fills `count` factors, 0 or 1 / (1 - rate), as a function of the key and `window_number` alone:
/// factor i is made of word i of the window. Range: count < 2^32.
void fill_dropout_mask(ThreadPool& pool, float* mask, std::int64_t count, float rate,
                       const RandomKey& key, std::uint64_t window_number);

}  // namespace carousel
