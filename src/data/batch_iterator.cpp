#include "data/batch_iterator.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/random.hpp"

// An epoch with B = 3 streams in a ring of N tokens, from the epoch's offset o on:
//
//     o                  o + N/3            o + 2N/3
//     |--w0--|--w1--|..  |--w0--|--w1--|..  |--w0--|--w1--|..  and back to o
//     stream 0           stream 1           stream 2
//
// Window w holds w T to (w + 1) T of each arc. What is left at an arc's end is shorter than a
// window and is not read in this epoch; the offset of the next one puts the cuts elsewhere.

namespace carousel {

BatchShape fit_batch_shape(std::uint64_t tokens, BatchShape wanted) {
    // A few long streams learn more from a small text than many short ones: streams go first.
    constexpr std::int64_t k_few_streams = 4, k_short_window = 16;
    const auto too_large = [&] {
        return static_cast<std::uint64_t>(wanted.batch_size * wanted.window) > tokens;
    };
    while (too_large() && wanted.batch_size > k_few_streams)
        wanted.batch_size = (wanted.batch_size + 1) / 2;
    while (too_large() && wanted.window > k_short_window) wanted.window = (wanted.window + 1) / 2;
    while (too_large() && wanted.batch_size > 1) wanted.batch_size = (wanted.batch_size + 1) / 2;
    while (too_large() && wanted.window > 1) wanted.window = (wanted.window + 1) / 2;
    return wanted;
}

BatchIterator::BatchIterator(TokenReader read, std::uint64_t begin, std::uint64_t end,
                             BatchShape shape, std::uint64_t seed)
    : read_(std::move(read)),
      begin_(begin),
      tokens_(end - begin),
      shape_(shape),
      seed_(seed),
      stream_tokens_(tokens_ / static_cast<std::uint64_t>(shape.batch_size)),
      windows_(stream_tokens_ / static_cast<std::uint64_t>(shape.window)) {
    if (windows_ == 0) throw std::logic_error("the text does not hold one window of the batch");
}

BatchIterator BatchIterator::from_the_end() const {
    auto reversed = *this;
    reversed.read_ = [read = read_, ends = begin_ + begin_ + tokens_](std::uint64_t begin,
                                                                      std::span<TokenId> out) {
        read(ends - begin - out.size(), out);
        std::reverse(out.begin(), out.end());
    };
    return reversed;
}

void BatchIterator::read(std::uint64_t epoch, std::uint64_t window,
                         std::span<TokenId> streams) const {
    if (window >= windows_) throw std::logic_error("a window beyond the end of the epoch");
    const auto steps = static_cast<std::uint64_t>(shape_.window), length = steps + 1;
    const RandomKey key{seed_, RandomPurpose::stream_offset, 0};
    const auto offset = random_below(key, epoch, tokens_);
    for (std::uint64_t b = 0; b < static_cast<std::uint64_t>(shape_.batch_size); ++b) {
        const auto first = (offset + b * stream_tokens_ + window * steps) % tokens_;
        auto rest = streams.subspan(b * length, length);
        for (auto at = first; !rest.empty(); at = 0) {
            const auto count = std::min<std::uint64_t>(rest.size(), tokens_ - at);
            read_(begin_ + at, rest.first(count));
            rest = rest.subspan(count);
        }
    }
}

void fill_batch(std::span<const TokenId> streams, const BatchShape& shape, Batch& batch) {
    const auto steps = static_cast<std::size_t>(shape.window),
               count = static_cast<std::size_t>(shape.batch_size);
    batch.inputs.resize({steps, count});
    batch.targets.resize({steps, count});
    for (std::size_t b = 0; b < count; ++b) {
        const auto stream = streams.subspan(b * (steps + 1), steps + 1);
        for (std::size_t t = 0; t < steps; ++t) {
            batch.inputs(t, b) = stream[t];
            batch.targets(t, b) = stream[t + 1];
        }
    }
}

}  // namespace carousel
