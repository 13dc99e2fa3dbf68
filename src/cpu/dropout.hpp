#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "cpu/buffer.hpp"
#include "cpu/thread_pool.hpp"
#include "model/dropout_rates.hpp"

namespace carousel {

/// Fills `count` factors, 0 or 1 / (1 - rate), as a function of the key and `window_number` alone:
/// factor i is made of word i of the window. Range: count < 2^32.
void fill_dropout_mask(ThreadPool& pool, float* mask, std::int64_t count, float rate,
                       const RandomKey& key, std::uint64_t window_number);

/// Dropout of vectors at one place of a net: a factor for each number of (B, H) in rows with
/// padding, for a whole window or for each of its steps.
class ActivationMask {
public:
    /// For windows of `steps` steps, each of `slab` floats. With a rate of 0 there is no mask.
    ActivationMask(const DropoutRates& rates, float rate, std::int64_t steps, std::int64_t slab);

    bool exists() const { return mask_.size() > 0; }

    /// Draws the mask of a window, if there is one.
    void draw(ThreadPool& pool, const RandomKey& key, std::uint64_t window_number);

    /// out = in * mask, all of (T, B, H); `out` may be `in`.
    void apply(ThreadPool& pool, const float* in, float* out) const;

private:
    float rate_;
    std::int64_t steps_, slab_;
    Buffer mask_;  // (B, H), or (T, B, H)
};

}  // namespace carousel
