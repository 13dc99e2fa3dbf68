#include "model/quantization.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

QuantizedTensor quantize_tensor(const NamedTensor& tensor) {
    QuantizedTensor quantized{tensor.name, tensor.shape, {}, {}};
    const auto columns = static_cast<std::size_t>(tensor.shape.at(1));
    quantized.levels.reserve(tensor.values.size());
    for (std::size_t first = 0; first < tensor.values.size(); first += columns) {
        const auto row = quantize_row(std::span(tensor.values).subspan(first, columns));
        quantized.scales.push_back(row.scale);
        quantized.levels.insert(quantized.levels.end(), row.values.begin(), row.values.end());
    }
    return quantized;
}

NamedTensor dequantize_tensor(const QuantizedTensor& tensor) {
    const auto rows = tensor.scales.size();
    const bool fits = tensor.shape.size() == 2 && rows > 0 && tensor.levels.size() % rows == 0 &&
                      tensor.shape[0] == static_cast<std::int64_t>(rows) &&
                      tensor.shape[1] == static_cast<std::int64_t>(tensor.levels.size() / rows);
    if (!fits)
        throw std::invalid_argument("the 8-bit tensor \"" + tensor.name +
                                    "\" has parts of different sizes");
    NamedTensor plain{tensor.name, tensor.shape, std::vector<float>(tensor.levels.size())};
    const auto columns = tensor.levels.size() / rows;
    for (std::size_t i = 0; i < plain.values.size(); ++i) {
        plain.values[i] = tensor.scales[i / columns] * static_cast<float>(tensor.levels[i]);
    }
    return plain;
}

}  // namespace carousel
