#pragma once

#include <cstdint>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/matrix_rows.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// A matrix of a model in 8 bits, packed for `KernelTable::quantized_product`. Source: per-row
/// symmetric weights as in CTranslate2 and GNMT (Wu et al. 2016, section 6); 7-bit activations, of
/// which each row has a scale: 1 as a rule, since hidden states mostly lie in (-1, 1).
class QuantizedMatrix {
public:
    /// From stored panels W(p, k, j).
    QuantizedMatrix(const float* panels_data, std::int64_t panels, std::int64_t depth);

    /// As `WeightMatrix::multiply`, on the caller's thread: rounds the rows, then multiplies them
    /// together. Law: what a row becomes does not depend on the others.
    void multiply(const MatrixRows& rows, Range panels) const;

private:
    std::int64_t depth_, groups_;   // a group is four numbers of the depth
    BufferOf<std::int8_t> values_;  // of each group of a panel one cache line
    std::vector<float> scales_;
    std::vector<std::int32_t> offsets_;
};

}  // namespace carousel
