#include "cpu/weight_matrix.hpp"

#include <algorithm>

namespace carousel {

WeightMatrix::WeightMatrix(const LanguageModel& model, const StoredParameter& weight, ModelUse use)
    : values_(model.values(weight)),
      panels_(weight.stored / (weight.shape[1] * k_panel)),
      depth_(weight.shape[1]),
      offset_(weight.offset) {
    if (use == ModelUse::training) transposed_ = Buffer(padded(depth_) * panels_ * k_panel);
    if (use == ModelUse::reading_8_bits) quantized_.emplace(values_, panels_, depth_);
}

void WeightMatrix::prepare(ThreadPool& pool) {
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(panels_for(depth_), pool.size(), member);
        kernels().transpose_panels(values_, panels_, depth_, transposed_.data(), first, last);
    });
}

PanelProduct WeightMatrix::product(const MatrixRows& r, Range panels) const {
    const auto panel = depth_ * k_panel;
    return {.a = r.in,
            .a_row = r.in_row,
            .a_depth = 1,
            .w = values_ + panels.begin * panel,
            .w_panel = panel,
            .c = r.out,
            .c_row = r.out_row,
            .c_panel = k_panel,
            .rows = r.rows,
            .panels = panels.size(),
            .depth = depth_,
            .start = r.start,
            .accumulate = r.accumulate,
            .c_group = r.group,
            .c_group_step = r.group_step};
}

PanelProduct WeightMatrix::transposed_product(const MatrixRows& r, Range panels) const {
    const auto depth = panels_ * k_panel;
    return {.a = r.in,
            .a_row = r.in_row,
            .a_depth = 1,
            .w = transposed_.data() + panels.begin * depth * k_panel,
            .w_panel = depth * k_panel,
            .c = r.out,
            .c_row = r.out_row,
            .c_panel = k_panel,
            .rows = r.rows,
            .panels = panels.size(),
            .depth = depth,
            .start = r.start,
            .accumulate = r.accumulate,
            .a_group = r.group * k_panel,
            .a_group_step = r.group_step};
}

void WeightMatrix::multiply(const MatrixRows& rows, Range panels) const {
    if (quantized_) return quantized_->multiply(rows, panels);
    kernels().product(product(rows, panels));
}

void WeightMatrix::multiply(ThreadPool& pool, const MatrixRows& all) const {
    // Groups of panels stay whole.
    const auto group = std::max<std::int64_t>(all.group, 1);
    const auto step = all.group > 0 ? all.group_step : k_panel;
    share_product(pool, all.rows, panels_ / group, [&](const ProductPart& share) {
        const auto& [rows, groups] = share;
        MatrixRows part = all;
        part.rows = rows.size();
        part.in += rows.begin * all.in_row;
        part.out += rows.begin * all.out_row + groups.begin * step;
        if (part.start != nullptr) part.start += groups.begin * step;
        multiply(part, {groups.begin * group, groups.end * group});
    });
}

void WeightMatrix::multiply_transposed(const MatrixRows& rows, Range panels) const {
    kernels().product(transposed_product(rows, panels));
}

void WeightMatrix::multiply_transposed(ThreadPool& pool, const MatrixRows& rows) const {
    carousel::multiply(pool, transposed_product(rows, all_inputs()));
}

}  // namespace carousel
