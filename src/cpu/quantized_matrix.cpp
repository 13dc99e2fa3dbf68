#include "cpu/quantized_matrix.hpp"

#include <algorithm>

#include "kernels/kernels.hpp"
#include "model/limits.hpp"
#include "model/quantization.hpp"

namespace carousel {

static_assert(k_largest_size <= 4 * k_most_groups, "sums of products would not fit in 32 bits");

namespace {

// Rows that are rounded and multiplied together: enough for each panel of weights to be worth
// reading, few enough that they stay in the cache.
constexpr std::int64_t k_rows_at_once = 48;

// Rounded rows of one thread, which every matrix that it multiplies uses in turn.
struct QuantizedRows {
    std::vector<std::uint8_t> values;
    float scales[k_rows_at_once];

    void take(const float* rows, std::ptrdiff_t row, std::int64_t count, std::int64_t depth) {
        const auto width = padded(depth);
        if (const auto size = static_cast<std::size_t>(count * width); values.size() < size)
            values.resize(size);
        for (std::int64_t r = 0; r < count; ++r) {
            scales[r] =
                kernels().quantize_activations(rows + r * row, depth, values.data() + r * width);
        }
    }
};

}  // namespace

QuantizedMatrix::QuantizedMatrix(const float* panels_data, std::int64_t panels, std::int64_t depth)
    : depth_(depth),
      groups_((depth + 3) / 4),
      values_(panels * groups_ * 4 * k_panel),
      scales_(static_cast<std::size_t>(panels * k_panel)),
      offsets_(static_cast<std::size_t>(panels * k_panel)) {
    std::vector<float> column(static_cast<std::size_t>(depth));
    for (std::int64_t p = 0; p < panels; ++p) {
        for (std::int64_t j = 0; j < k_panel; ++j) {
            for (std::int64_t k = 0; k < depth; ++k) {
                column[static_cast<std::size_t>(k)] = panels_data[(p * depth + k) * k_panel + j];
            }
            const auto quantized = quantize_row(column);
            std::int32_t sum = 0;
            for (std::int64_t k = 0; k < depth; ++k) {
                const auto value = quantized.values[static_cast<std::size_t>(k)];
                values_.data()[((p * groups_ + k / 4) * k_panel + j) * 4 + k % 4] = value;
                sum += value;
            }
            const auto n = static_cast<std::size_t>(p * k_panel + j);
            scales_[n] = quantized.scale / 63.0F;  // activations count in steps of 1 / 63
            offsets_[n] = 64 * sum;                // and have their zero at 64
        }
    }
}

void QuantizedMatrix::multiply(const MatrixRows& rows, Range panels) const {
    static thread_local QuantizedRows quantized;
    for (std::int64_t r = 0; r < rows.rows; r += k_rows_at_once) {
        const auto count = std::min(k_rows_at_once, rows.rows - r);
        quantized.take(rows.in + r * rows.in_row, rows.in_row, count, depth_);
        kernels().quantized_product({.activations = quantized.values.data(),
                                     .activations_row = padded(depth_),
                                     .activation_scales = quantized.scales,
                                     .w = values_.data() + panels.begin * groups_ * 4 * k_panel,
                                     .scales = scales_.data() + panels.begin * k_panel,
                                     .offsets = offsets_.data() + panels.begin * k_panel,
                                     .c = rows.out + r * rows.out_row,
                                     .c_row = rows.out_row,
                                     .c_panel = k_panel,
                                     .rows = count,
                                     .panels = panels.size(),
                                     .groups = groups_,
                                     .start = rows.start,
                                     .accumulate = rows.accumulate,
                                     .c_group = rows.group,
                                     .c_group_step = rows.group_step});
    }
}

}  // namespace carousel
