#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

/// The tables of every instruction set that this build and this processor have; the portable one
/// first.
inline std::vector<const KernelTable*> instruction_sets() {
    std::vector<const KernelTable*> sets;
    for (const char* name : k_instruction_sets) {
        if (const auto* table = kernels_for(name)) sets.push_back(table);
    }
    return sets;
}

using Floats = std::vector<float>;

/// `count` numbers in [-size, size), another sequence for each `stream`.
inline Floats random_floats(std::int64_t count, std::uint32_t stream, float size = 1.0F) {
    Floats values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = size * (2 * random_uniform({5, RandomPurpose::benchmark, stream}, i) - 1);
    }
    return values;
}

/// The bits of the numbers: tells -0 from 0 and compares what is not a number.
inline std::vector<std::uint32_t> bits(const Floats& values) {
    std::vector<std::uint32_t> words;
    for (const float x : values) words.push_back(std::bit_cast<std::uint32_t>(x));
    return words;
}

}  // namespace carousel
