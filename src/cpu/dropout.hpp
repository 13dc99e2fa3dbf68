#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "cpu/buffer.hpp"
#include "cpu/thread_pool.hpp"
#include "model/dropout_rates.hpp"

namespace carousel {

/// Fills `count` factors, 0 or 1 / (1 - rate), as a function of the key and `window_number` alone:
/// factor i is made of word first + i of the window. Range: first + count < 2^32; first is a
/// multiple of 4.
void fill_dropout_mask(ThreadPool& pool, float* mask, std::int64_t count, float rate,
                       const RandomKey& key, std::uint64_t window_number, std::int64_t first = 0);

/// Sizes of the vectors of a window: `steps` times those of `streams` streams among `all`, each of
/// `row` floats with padding.
struct MaskShape {
    std::int64_t steps, streams, row;
    std::int64_t all;
};

/// Dropout of vectors at one place of a net: a factor for each number of (B, H) in rows with
/// padding, for a whole window or for each of its steps. A stream's factors follow from its number
/// among all.
class ActivationMask {
public:
    /// With a rate of 0 there is no mask.
    ActivationMask(const DropoutRates& rates, float rate, const MaskShape& shape);

    bool exists() const { return mask_.size() > 0; }

    /// Draws the mask of a window, if there is one, for the streams from `first` on among all.
    void draw(ThreadPool& pool, const RandomKey& key, std::uint64_t window_number,
              std::int64_t first);

    /// out = in * mask, all of (T, B, H); `out` may be `in`.
    void apply(ThreadPool& pool, const float* in, float* out) const;

private:
    std::int64_t slab() const { return shape_.streams * shape_.row; }  ///< floats of a step

    float rate_;
    MaskShape shape_;
    Buffer mask_;  // (B, H), or (T, B, H)
};

}  // namespace carousel
