#include "cpu/weight_matrix.hpp"

#include <algorithm>

namespace carousel {

WeightMatrix::WeightMatrix(const LanguageModel& model, const StoredParameter& weight, ModelUse use)
    : values_(model.values(weight)),
      panels_(weight.stored / (weight.shape[1] * k_panel)),
      depth_(weight.shape[1]),
      offset_(weight.offset),
      use_(use) {
    const auto outputs = panels_ * k_panel;
    switch (use.precision) {
        case Precision::float32:
            if (use.trains) transposed_ = Buffer(padded(depth_) * outputs);
            break;
        case Precision::bf16:
            bf16_.emplace(panels_, depth_).pack(values_, all_panels());
            if (use.trains) bf16_transposed_.emplace(panels_for(depth_), outputs);
            break;
        case Precision::int8:
            quantized_.emplace(values_, panels_, depth_);
    }
}

void WeightMatrix::prepare(ThreadPool& pool) {
    pool.run([&](int member) {
        const auto share = [&](std::int64_t count) {
            return split_evenly(count, pool.size(), member);
        };
        const auto inputs = share(panels_for(depth_));
        if (bf16_) {
            bf16_->pack(values_, share(panels_));
            bf16_transposed_->pack_transposed(values_, depth_, inputs);
        } else {
            kernels().transpose_panels(
                values_, panels_, depth_,
                transposed_.data() + inputs.begin * panels_ * k_panel * k_panel, inputs.begin,
                inputs.end);
        }
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
    if (bf16_) return bf16_->multiply(rows, panels, Bf16Matrix::Grouped::out);
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
    if (bf16_transposed_) return bf16_transposed_->multiply(rows, panels, Bf16Matrix::Grouped::in);
    kernels().product(transposed_product(rows, panels));
}

void WeightMatrix::multiply_transposed(ThreadPool& pool, const MatrixRows& all) const {
    share_product(pool, all.rows, panels_for(depth_), [&](const ProductPart& share) {
        MatrixRows part = all;
        part.rows = share.rows.size();
        part.in += share.rows.begin * all.in_row;
        part.out += share.rows.begin * all.out_row + share.columns.begin * k_panel;
        if (part.start != nullptr) part.start += share.columns.begin * k_panel;
        multiply_transposed(part, share.columns);
    });
}

}  // namespace carousel
