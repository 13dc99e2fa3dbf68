#pragma once

#include "kernels/kernels.hpp"

namespace carousel {

// What table.cpp becomes for each instruction set. Only those of this architecture are built.
extern const KernelTable k_table_portable, k_table_avx2, k_table_avx512;

// What dot_products.cpp becomes: the products in 8 bits of a table that is otherwise another's.
extern void (*const k_dot_products_avx512vnni)(const QuantizedProduct&);

// What pair_products.cpp becomes: those in bf16.
struct PairKernels {
    decltype(KernelTable::pair_product) product;
    decltype(KernelTable::pair_row) row;
    decltype(KernelTable::pair_rows) rows;
};
extern const PairKernels k_pair_kernels_avx512bf16;

}  // namespace carousel
