#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/words.hpp"

namespace carousel {

/// What leads gradients back in time: everything, or the cell's states alone, while what gates hear
/// of h(t-1) counts as a constant. The latter is the truncation of Hochreiter & Schmidhuber 1997
/// (section 3.2, appendix A.1); in a plain recurrent net it is that of Elman 1990.
enum class RecurrentGradient : std::uint8_t { full, states };

template <>
inline constexpr std::array<std::string_view, 2> k_words<RecurrentGradient>{"full", "states"};

}  // namespace carousel
