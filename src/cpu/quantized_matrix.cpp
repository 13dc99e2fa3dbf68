#include "cpu/quantized_matrix.hpp"

#include "model/quantization.hpp"

namespace carousel {

void QuantizedVector::take(const float* vector, std::int64_t size) {
    scale = kernels().quantize_activations(vector, size, values.data());
}

QuantizedMatrix::QuantizedMatrix(const float* panels_data, std::int64_t panels, std::int64_t depth)
    : groups_((depth + 3) / 4),
      values_(static_cast<std::size_t>(panels * groups_ * 4 * k_panel)),
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
                values_[static_cast<std::size_t>(((p * groups_ + k / 4) * k_panel + j) * 4 +
                                                 k % 4)] = value;
                sum += value;
            }
            const auto n = static_cast<std::size_t>(p * k_panel + j);
            scales_[n] = quantized.scale / 63.0F;  // activations count in steps of 1 / 63
            offsets_[n] = 64 * sum;                // and have their zero at 64
        }
    }
}

void QuantizedMatrix::multiply_add(const QuantizedVector& x, float* out, Range panels) const {
    kernels().quantized_product({.activations = x.values.data(),
                                 .activation_scale = x.scale,
                                 .w = values_.data() + panels.begin * groups_ * 4 * k_panel,
                                 .scales = scales_.data() + panels.begin * k_panel,
                                 .offsets = offsets_.data() + panels.begin * k_panel,
                                 .c = out,
                                 .panels = panels.size(),
                                 .groups = groups_});
}

}  // namespace carousel
