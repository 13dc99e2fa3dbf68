#pragma once

#include <array>
#include <cstdint>

#include "base/random.hpp"

namespace carousel {

/// Random numbers read one after another, from a place in a stream that a key names: what is drawn
/// for a sequence is a function of seed, trial and the sequence's number.
class RandomStream {
public:
    /// `part`: which of the parts of the stream, each long enough for any sequence (four million
    /// words).
    RandomStream(const RandomKey& key, std::uint64_t part) : key_(key), next_(part << 20) {}

    std::uint32_t word() {
        if (used_ == block_.size()) {
            block_ = random_block(key_, next_++);
            used_ = 0;
        }
        return block_[used_++];
    }

    /// In [0, 1), of 32 bits.
    double uniform() { return word() * 0x1p-32; }
    double between(double low, double high) { return low + (high - low) * uniform(); }

    /// A whole number in [0, bound); the bias is below bound / 2^32.
    int below(int bound) {
        return static_cast<int>((std::uint64_t{word()} * static_cast<std::uint64_t>(bound)) >> 32);
    }
    /// In [first, last].
    int from_to(int first, int last) { return first + below(last - first + 1); }

    /// About standard normal, as `random_normal` (base/random.hpp) makes it.
    double normal() {
        std::uint32_t sum = 0;
        for (int i = 0; i < 12; ++i) sum += word() >> 8;
        return static_cast<double>(static_cast<std::int32_t>(sum) - 6 * (1 << 24)) * 0x1p-24;
    }

private:
    RandomKey key_;
    std::uint64_t next_;
    std::array<std::uint32_t, 4> block_{};
    std::size_t used_ = 4;
};

}  // namespace carousel
