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

/// The word at `position` of the stream; four neighbours share one Philox block.
std::uint32_t random_word(const RandomKey& key, std::uint64_t position);

/// Uniform in [0, 1) with 24 bits, exact in float.
float random_uniform(const RandomKey& key, std::uint64_t position);

/// Uniform integer in [0, bound); the bias is below bound / 2^64. Range: bound ≥ 1.
std::uint64_t random_below(const RandomKey& key, std::uint64_t position, std::uint64_t bound);

/// Approximately standard normal: the sum of twelve uniforms less six (Irwin–Hall), which needs
/// only additions and so has the same bits on every machine. Range: [-6, 6].
float random_normal(const RandomKey& key, std::uint64_t position);

/// A seed from the operating system, for runs that ask for none.
std::uint64_t random_seed();

}  // namespace carousel
