#include "cpu/dropout.hpp"

#include <algorithm>

#include "kernels/kernels.hpp"

namespace carousel {

void fill_dropout_mask(ThreadPool& pool, float* mask, std::int64_t count, float rate,
                       const RandomKey& key, std::uint64_t window_number) {
    constexpr std::int64_t k_words = 4, k_piece = 4096;  // of a block; of a task
    const float kept = 1.0F / (1.0F - rate);
    const auto first_block = (window_number << 32) / k_words;
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

ActivationMask::ActivationMask(const DropoutRates& rates, float rate, std::int64_t steps,
                               std::int64_t slab)
    : rate_(rate), steps_(steps), slab_(slab) {
    if (rate > 0) mask_ = Buffer(rates.mask == DropoutMask::step ? steps * slab : slab);
}

void ActivationMask::draw(ThreadPool& pool, const RandomKey& key, std::uint64_t window_number) {
    if (exists()) fill_dropout_mask(pool, mask_.data(), mask_.size(), rate_, key, window_number);
}

void ActivationMask::apply(ThreadPool& pool, const float* in, float* out) const {
    const auto step = mask_.size() > slab_ ? slab_ : 0;
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(steps_, pool.size(), member);
        for (auto t = first; t < last; ++t)
            kernels().multiply(out + t * slab_, in + t * slab_, mask_.data() + t * step, slab_);
    });
}

}  // namespace carousel
