#include "nn/quantization.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

QuantizedRow quantize_row(std::span<const float> row) {
    constexpr float k_largest = 127.0F;
    float largest = 0;
    for (const float w : row) largest = std::max(largest, std::fabs(w));
    QuantizedRow quantized{largest / k_largest, std::vector<std::int8_t>(row.size())};
    if (quantized.scale == 0.0F) return quantized;
    for (std::size_t k = 0; k < row.size(); ++k) {
        const float level = std::nearbyint(row[k] / quantized.scale);
        quantized.values[k] = static_cast<std::int8_t>(std::clamp(level, -k_largest, k_largest));
    }
    return quantized;
}

void dequantize(const QuantizedRow& row, std::span<float> out) {
    for (std::size_t k = 0; k < out.size(); ++k)
        out[k] = row.scale * static_cast<float>(row.values[k]);
}

}  // namespace carousel
