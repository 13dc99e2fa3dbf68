// Compiled for AVX-512 with BF16, whose vdpbf16ps multiplies two pairs of numbers and adds them up.

#include "kernels/bf16.hpp"
#include "kernels/product.hpp"
#include "kernels/tables.hpp"

namespace carousel {

const PairKernels k_pair_kernels_avx512bf16 = {
    .product = product<Bf16Pair>, .row = pair_row, .rows = pair_rows};

}  // namespace carousel
