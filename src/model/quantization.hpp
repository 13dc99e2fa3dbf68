#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "model/named_tensor.hpp"

namespace carousel {

/// Numbers in which a model multiplies or is stored: single precision; 8-bit weights; or, only to
/// multiply, the upper halves of floats.
enum class Precision : std::uint8_t { float32, int8, bf16 };

template <>
inline constexpr std::array<std::string_view, 3> k_words<Precision>{"float32", "int8", "bf16"};

/// One row of a matrix in 8 bits: value ≈ scale * integer, integers in [-127, 127], scale = max |w|
/// / 127. Law: quantizing what `dequantize` returns gives the same integers and, up to rounding,
/// the same scale.
struct QuantizedRow {
    float scale = 0;
    std::vector<std::int8_t> values;
};
QuantizedRow quantize_row(std::span<const float> row);

/// A matrix in 8 bits, row by row, as model files store it.
struct QuantizedTensor {
    std::string name;
    std::vector<std::int64_t> shape;  ///< (N, K)
    std::vector<float> scales;        ///< (N)
    std::vector<std::int8_t> levels;  ///< (N, K)

    bool operator==(const QuantizedTensor&) const = default;
};

/// Range: a matrix. Law: dequantize_tensor(quantize_tensor(x)) quantizes to the same levels.
QuantizedTensor quantize_tensor(const NamedTensor& tensor);

/// Throws: std::invalid_argument when shape, scales and levels disagree (may come from a hostile
/// file).
NamedTensor dequantize_tensor(const QuantizedTensor& tensor);

}  // namespace carousel
