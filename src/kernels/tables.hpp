#pragma once

namespace carousel {

struct KernelTable;
struct QuantizedProduct;

// What table.cpp becomes for each instruction set. Only those of this architecture are built.
extern const KernelTable k_table_portable, k_table_avx2, k_table_avx512;

// What dot_products.cpp becomes: the products in 8 bits of a table that is otherwise another's.
extern void (*const k_dot_products_avx512vnni)(const QuantizedProduct&);

}  // namespace carousel
