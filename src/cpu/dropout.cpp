#include "cpu/dropout.hpp"

#include <algorithm>

#include "kernels/kernels.hpp"

namespace carousel {

void fill_dropout_mask(ThreadPool& pool, float* mask, std::int64_t count, float rate,
                       const RandomKey& key, std::uint64_t window_number, std::int64_t first) {
    constexpr std::int64_t k_words = 4, k_piece = 4096;  // of a block; of a task
    const float kept = 1.0F / (1.0F - rate);
    const auto first_block = ((window_number << 32) + static_cast<std::uint64_t>(first)) / k_words;
    pool.for_each((count + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto end = std::min(count, (piece + 1) * k_piece);
        for (auto i = piece * k_piece; i < end; i += k_words) {
            const auto words =
                random_block(key, first_block + static_cast<std::uint64_t>(i / k_words));
            for (std::int64_t j = 0; j < std::min(k_words, end - i); ++j) {
                mask[i + j] = to_uniform(words[static_cast<std::size_t>(j)]) < rate ? 0.0F : kept;
            }
        }
    });
}

ActivationMask::ActivationMask(const DropoutRates& rates, float rate, const MaskShape& shape)
    : rate_(rate), shape_(shape) {
    if (rate > 0) mask_ = Buffer(rates.mask == DropoutMask::step ? shape.steps * slab() : slab());
}

// The draws of a step are numbered as if all streams were here.
void ActivationMask::draw(ThreadPool& pool, const RandomKey& key, std::uint64_t window_number,
                          std::int64_t first) {
    const auto part = shape_.streams == shape_.all ? mask_.size() : slab();
    for (std::int64_t at = 0, step = 0; at < mask_.size(); at += part, ++step) {
        fill_dropout_mask(pool, mask_.data() + at, part, rate_, key, window_number,
                          (step * shape_.all + first) * shape_.row);
    }
}

void ActivationMask::apply(ThreadPool& pool, const float* in, float* out) const {
    const auto step = mask_.size() > slab() ? slab() : 0;
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(shape_.steps, pool.size(), member);
        for (auto t = first; t < last; ++t)
            kernels().multiply(out + t * slab(), in + t * slab(), mask_.data() + t * step, slab());
    });
}

}  // namespace carousel
