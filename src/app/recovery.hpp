#pragma once

#include <cstdint>
#include <optional>

namespace carousel {

/// Divergences after which a training still goes on.
inline constexpr std::uint32_t k_most_divergences = 3;

/// How a training goes on after its loss or gradient was not finite: from its newest save, or from
/// its start where there is none, with half the learning rate.
struct Recovery {
    std::uint32_t divergences = 0;  ///< of the run, this one too
    float learning_rate_scale = 1;
};

/// What follows one more divergence, after `divergences` of them and at such a scale of the
/// learning rate. Absent: it was one too many.
inline std::optional<Recovery> recover(std::uint32_t divergences, float learning_rate_scale) {
    if (divergences >= k_most_divergences) return std::nullopt;
    return Recovery{divergences + 1, learning_rate_scale * 0.5F};
}

}  // namespace carousel
