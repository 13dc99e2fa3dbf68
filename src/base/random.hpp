#pragma once

#include <array>
#include <cstdint>

namespace carousel {

/// What a random number is for. Draws for different purposes never share a stream, so adding a draw
/// to one leaves every other as it was. The values are stored in no file but decide every result:
/// append, never renumber.
enum class RandomPurpose : std::uint32_t {
    initialization = 1,
    stream_offset = 2,
    dropout_input = 3,
    dropout_between = 4,
    dropout_output = 5,
    sampling = 6,
    benchmark = 7,
    dropout_recurrent = 8,
    state_reset = 9,
    statistics = 10,
};

/// Names one stream of random numbers. Nothing else is random in this program.
struct RandomKey {
    std::uint64_t seed = 0;
    RandomPurpose purpose = RandomPurpose::initialization;
    std::uint32_t stream = 0;  ///< layer, sample or parameter number
};

/// Four words of Philox4x32-10, a bijection of the counter under the key: the draw at a position
/// needs no state, so it is the same on every number of threads and after every resume. Source:
/// Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.
std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                    const std::array<std::uint32_t, 2>& key);

/// Words 4 `index` to 4 `index` + 3 of the stream.
std::array<std::uint32_t, 4> random_block(const RandomKey& key, std::uint64_t index);

/// The word at `position` of the stream.
std::uint32_t random_word(const RandomKey& key, std::uint64_t position);

/// A word as a number in [0, 1) of 24 bits, exact in float.
inline float to_uniform(std::uint32_t word) {
    return static_cast<float>(word >> 8) * 0x1p-24F;
}

/// Uniform in [0, 1): the word at `position` as a number.
float random_uniform(const RandomKey& key, std::uint64_t position);

/// Uniform integer in [0, bound); the bias is below bound / 2^64. Range: bound ≥ 1.
std::uint64_t random_below(const RandomKey& key, std::uint64_t position, std::uint64_t bound);

/// Approximately standard normal: the sum of twelve uniforms less six (Irwin–Hall), which needs
/// only additions and so has the same bits on every machine. Range: [-6, 6].
float random_normal(const RandomKey& key, std::uint64_t position);

/// A seed from the operating system, for runs that ask for none.
std::uint64_t random_seed();

}  // namespace carousel
