#include "nn/dropout.hpp"

namespace carousel {

void fill_dropout_mask(float* mask, std::int64_t count, float rate, const RandomKey& key,
                       std::uint64_t window_number) {
    const float kept = 1.0F / (1.0F - rate);
    const auto first = window_number << 32;  // a window never needs 2^32 draws
    for (std::int64_t i = 0; i < count; ++i) {
        mask[i] = random_uniform(key, first + static_cast<std::uint64_t>(i)) < rate ? 0.0F : kept;
    }
}

}  // namespace carousel
