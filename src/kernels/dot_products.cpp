// Compiled for AVX-512 with VNNI, whose vpdpbusd multiplies four pairs of 8-bit numbers and adds
// them up. Nothing else of a table gains by it.

#include "kernels/quantized_product.hpp"
#include "kernels/tables.hpp"

namespace carousel {

void (*const k_dot_products_avx512vnni)(const QuantizedProduct&) = quantized_product;

}  // namespace carousel
