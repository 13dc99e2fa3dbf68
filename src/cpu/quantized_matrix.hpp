#pragma once

#include <cstdint>
#include <vector>

#include "cpu/thread_pool.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

/// Activations in 7 bits: as hidden states mostly lie in (-1, 1), their scale is 1 as a rule.
struct QuantizedVector {
    std::vector<std::uint8_t> values;  ///< padded size
    float scale = 1;
    void take(const float* vector, std::int64_t size);
};

/// A matrix of a model in 8 bits, packed for `KernelTable::quantized_product`. Source: per-row
/// symmetric weights as in CTranslate2 and GNMT (Wu et al. 2016, section 6); 7-bit activations.
class QuantizedMatrix {
public:
    /// From stored panels W(p, k, j).
    QuantizedMatrix(const float* panels_data, std::int64_t panels, std::int64_t depth);

    /// out(n) += sum over k of W(n, k) x(k) for some panels; `out` begins with the first of them.
    void multiply_add(const QuantizedVector& x, float* out, Range panels) const;

private:
    std::int64_t groups_;  // of four numbers of the depth
    std::vector<std::int8_t> values_;
    std::vector<float> scales_;
    std::vector<std::int32_t> offsets_;
};

}  // namespace carousel
