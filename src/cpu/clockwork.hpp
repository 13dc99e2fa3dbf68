#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/buffer.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

// The order of a clockwork RNN (Koutník, Greff, Gomez & Schmidhuber 2014): its units stand in eight
// modules, fast ones first; module m works at every 2^m-th step, and a module hears itself and
// those that are slower.

constexpr std::int64_t k_clock_modules = 8;

/// The module of a unit. Range: 0 <= unit < hidden_size.
constexpr std::int64_t clock_module(std::int64_t unit, std::int64_t hidden_size) {
    return unit * std::min(k_clock_modules, hidden_size) / hidden_size;
}

/// Whether unit `to` hears unit `from`.
constexpr bool clock_connects(std::int64_t from, std::int64_t to, std::int64_t hidden_size) {
    return clock_module(from, hidden_size) >= clock_module(to, hidden_size);
}

/// Steps from one activity of a unit to the next, (H) padded.
Buffer clock_periods(std::int64_t hidden_size);

/// 1 where U may be other than zero, as its panels.
Buffer clock_connections(std::int64_t hidden_size);

}  // namespace carousel
