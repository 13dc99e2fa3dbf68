#include "cpu/bf16_matrix.hpp"

#include <algorithm>

namespace carousel {

namespace {

// Rows that are rounded and multiplied together: enough for each panel of weights to be worth
// reading, few enough that they stay in the cache.
constexpr std::int64_t k_rounded_together = 96;

std::int64_t pairs_for(std::int64_t count) {
    return (count + 1) / 2;
}

// Grows with the largest matrix of a net, then stays.
template <typename Number>
void grow(BufferOf<Number>& buffer, std::int64_t count) {
    if (buffer.size() < count) buffer = BufferOf<Number>(count);
}

}  // namespace

void Bf16Rows::take(const Source& s) {
    row_ = leading_dimension(pairs_for(s.depth));
    grow(pairs_, s.count * row_);
    const auto group = s.group > 0 ? s.group : s.depth;
    for (std::int64_t r = 0; r < s.count; ++r) {
        const float* values = s.values + r * s.row;
        Bf16Pair* out = pairs_.data() + r * row_;
        // In ascending order, since each writes zeros behind its end.
        for (std::int64_t k = 0; k < s.depth; k += group, values += s.group_step)
            kernels().pair_row(values, std::min(group, s.depth - k), out + k / 2);
    }
}

Bf16Matrix::Bf16Matrix(std::int64_t panels, std::int64_t depth)
    : depth_(depth), pairs_(pairs_for(depth)), values_(panels * pairs_ * k_panel) {}

void Bf16Matrix::pack(const float* weights, Range panels) {
    for (auto p = panels.begin; p < panels.end; ++p) {
        kernels().pair_rows({.values = weights + p * depth_ * k_panel,
                             .row = k_panel,
                             .rows = depth_,
                             .width = k_panel,
                             .out = values_.data() + p * pairs_ * k_panel,
                             .out_row = k_panel});
    }
}

void Bf16Matrix::pack_transposed(const float* weights, std::int64_t weights_depth, Range panels) {
    static thread_local Buffer transposed;
    grow(transposed, depth_ * k_panel);
    for (auto p = panels.begin; p < panels.end; ++p) {
        kernels().transpose_panels(weights, panels_for(depth_), weights_depth, transposed.data(), p,
                                   p + 1);
        kernels().pair_rows({.values = transposed.data(),
                             .row = k_panel,
                             .rows = depth_,
                             .width = k_panel,
                             .out = values_.data() + p * pairs_ * k_panel,
                             .out_row = k_panel});
    }
}

void Bf16Matrix::multiply(const MatrixRows& rows, Range panels, Grouped side) const {
    static thread_local Bf16Rows factors;
    const auto group = side == Grouped::in ? rows.group * k_panel : 0;
    for (std::int64_t r = 0; r < rows.rows; r += k_rounded_together) {
        const auto count = std::min(k_rounded_together, rows.rows - r);
        factors.take({.values = rows.in + r * rows.in_row,
                      .row = rows.in_row,
                      .count = count,
                      .depth = depth_,
                      .group = group,
                      .group_step = rows.group_step});
        kernels().pair_product({.a = factors.data(),
                                .a_row = factors.row(),
                                .a_depth = 1,
                                .w = values_.data() + panels.begin * pairs_ * k_panel,
                                .w_panel = pairs_ * k_panel,
                                .c = rows.out + r * rows.out_row,
                                .c_row = rows.out_row,
                                .c_panel = k_panel,
                                .rows = count,
                                .panels = panels.size(),
                                .depth = pairs_,
                                .start = rows.start,
                                .accumulate = rows.accumulate,
                                .c_group = side == Grouped::out ? rows.group : 0,
                                .c_group_step = rows.group_step});
    }
}

}  // namespace carousel
