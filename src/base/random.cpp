#include "base/random.hpp"

#include <random>

// Philox, and what is made of its words: uniform numbers, integers below a bound, near-normal
// numbers. Only integer arithmetic and exact conversions, so every machine draws the same bits.

namespace carousel {

namespace {

__extension__ using Wide = unsigned __int128;  // two machine words

constexpr std::uint32_t k_multiplier_0 = 0xD2511F53, k_multiplier_1 = 0xCD9E8D57;
constexpr std::uint32_t k_weyl_0 = 0x9E3779B9, k_weyl_1 = 0xBB67AE85;

}  // namespace

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                    const std::array<std::uint32_t, 2>& key) {
    auto c = counter;
    auto k = key;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{k_multiplier_0} * c[0];
        const std::uint64_t p1 = std::uint64_t{k_multiplier_1} * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
        k[0] += k_weyl_0;
        k[1] += k_weyl_1;
    }
    return c;
}

std::array<std::uint32_t, 4> random_block(const RandomKey& key, std::uint64_t index) {
    return philox(
        {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
         static_cast<std::uint32_t>(key.purpose), key.stream},
        {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
}

std::uint32_t random_word(const RandomKey& key, std::uint64_t position) {
    return random_block(key, position / 4)[position % 4];
}

float random_uniform(const RandomKey& key, std::uint64_t position) {
    return to_uniform(random_word(key, position));
}

std::uint64_t random_below(const RandomKey& key, std::uint64_t position, std::uint64_t bound) {
    // The high product of a 64-bit draw and the bound: bias below bound / 2^64, nothing to reject.
    const auto words = random_block(key, position);
    const std::uint64_t draw = (std::uint64_t{words[0]} << 32) | words[1];
    return static_cast<std::uint64_t>((static_cast<Wide>(draw) * bound) >> 64);
}

float random_normal(const RandomKey& key, std::uint64_t position) {
    std::uint32_t sum = 0;  // twelve 24-bit integers fit in 28 bits: the sum is exact
    for (std::uint64_t part = 0; part < 3; ++part) {
        for (const auto word : random_block(key, position * 3 + part)) sum += word >> 8;
    }
    return static_cast<float>(static_cast<std::int32_t>(sum) - 6 * (1 << 24)) * 0x1p-24F;
}

std::uint64_t random_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

}  // namespace carousel
