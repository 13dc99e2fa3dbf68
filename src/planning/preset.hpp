#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/words.hpp"
#include "model/cell_kind.hpp"

namespace carousel {

/// Named sizes, for those who want to choose the net and nothing else.
enum class Preset : std::uint8_t { nano, quick, small, medium, large };

template <>
inline constexpr std::array<std::string_view, 5> k_words<Preset>{"nano", "quick", "small", "medium",
                                                                 "large"};

struct PresetSizes {
    std::int64_t layers, hidden_size, batch_size, window;
};

/// In the order of the enumeration. What each is for: docs/recipes.md.
inline constexpr std::array<PresetSizes, 5> k_presets{{
    {.layers = 2, .hidden_size = 128, .batch_size = 16, .window = 64},
    {.layers = 2, .hidden_size = 256, .batch_size = 32, .window = 64},
    {.layers = 2, .hidden_size = 448, .batch_size = 32, .window = 64},
    {.layers = 2, .hidden_size = 640, .batch_size = 32, .window = 128},
    {.layers = 2, .hidden_size = 1024, .batch_size = 64, .window = 128},
}};

/// Those of a Transformer, which is deeper and not as wide for about as many parameters.
inline constexpr std::array<PresetSizes, 5> k_transformer_presets{{
    {.layers = 3, .hidden_size = 96, .batch_size = 16, .window = 64},
    {.layers = 4, .hidden_size = 160, .batch_size = 32, .window = 64},
    {.layers = 6, .hidden_size = 192, .batch_size = 32, .window = 64},
    {.layers = 6, .hidden_size = 320, .batch_size = 32, .window = 128},
    {.layers = 8, .hidden_size = 384, .batch_size = 64, .window = 128},
}};

inline const PresetSizes& sizes_of(Preset preset, CellKind cell) {
    const auto& presets = cell == CellKind::transformer ? k_transformer_presets : k_presets;
    return presets[static_cast<std::size_t>(preset)];
}

}  // namespace carousel
