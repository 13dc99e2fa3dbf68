#pragma once

#include <cstddef>
#include <cstdint>

namespace carousel {

/// The rows that a `WeightMatrix` (N, K) turns into others: R of them. On the side of N their
/// panels may lie in groups with gaps between them, as some gates lie among others: `group` panels
/// every `group_step` floats (0: side by side).
struct MatrixRows {
    const float* in;
    std::ptrdiff_t in_row;
    float* out;
    std::ptrdiff_t out_row;
    std::int64_t rows;
    const float* start = nullptr;  ///< what the sums start from, as a row of `out`; null: zero
    bool accumulate = false;       ///< or what is there
    std::int64_t group = 0;
    std::ptrdiff_t group_step = 0;
};

}  // namespace carousel
