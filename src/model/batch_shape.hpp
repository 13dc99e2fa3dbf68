#pragma once

#include <cstdint>

namespace carousel {

/// Sizes of a batch: B parallel streams, T steps each.
struct BatchShape {
    std::int64_t batch_size = 0, window = 0;
    bool operator==(const BatchShape&) const = default;
};

/// Which of the streams of a training a process has: [first, first + its batch size) of `total`.
/// What is drawn for a stream follows from its number among all.
struct StreamShare {
    std::int64_t first = 0;
    std::int64_t total = 0;  ///< 0: its own are all
};

}  // namespace carousel
