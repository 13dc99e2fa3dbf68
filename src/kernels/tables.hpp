#pragma once

namespace carousel {

struct KernelTable;

// What table.cpp becomes for each instruction set. Only those of this architecture are built.
extern const KernelTable k_table_portable, k_table_avx2, k_table_avx512;

}  // namespace carousel
