#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace carousel {

/// Numbers in which a model generates or is stored.
enum class Precision : std::uint8_t { float32, int8 };

/// One row of a matrix in 8 bits: value ≈ scale * integer, integers in [-127, 127], scale = max |w|
/// / 127. Law: quantizing what `dequantize` returns gives the same integers and, up to rounding,
/// the same scale.
struct QuantizedRow {
    float scale = 0;
    std::vector<std::int8_t> values;
};
QuantizedRow quantize_row(std::span<const float> row);

/// The values scale * integer.
void dequantize(const QuantizedRow& row, std::span<float> out);

}  // namespace carousel
