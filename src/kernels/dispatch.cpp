#include <cstdlib>
#include <cstring>
#include <string>

#include "base/error.hpp"
#include "kernels/kernels.hpp"
#include "kernels/tables.hpp"

// The only file of the room that is ordinary code: it asks the processor what it supports, once.

namespace carousel {

namespace {

#if defined(__x86_64__)

bool supports_avx2() {
    return __builtin_cpu_supports("x86-64-v3") != 0;
}
bool supports_avx512() {
    return __builtin_cpu_supports("x86-64-v4") != 0;
}

bool supports_avx512vnni() {
    return supports_avx512() && __builtin_cpu_supports("avx512vnni") != 0;
}

// AVX-512 with other products in 8 bits.
const KernelTable& table_avx512vnni() {
    static const KernelTable table = [] {
        KernelTable copy = k_table_avx512;
        copy.name = "avx512vnni";
        copy.quantized_product = k_dot_products_avx512vnni;
        return copy;
    }();
    return table;
}

bool supports_avx512bf16() {
    return supports_avx512vnni() && __builtin_cpu_supports("avx512bf16") != 0;
}

// That with other products in bf16.
const KernelTable& table_avx512bf16() {
    static const KernelTable table = [] {
        KernelTable copy = table_avx512vnni();
        copy.name = "avx512bf16";
        copy.pair_product = k_pair_kernels_avx512bf16.product;
        copy.pair_row = k_pair_kernels_avx512bf16.row;
        copy.pair_rows = k_pair_kernels_avx512bf16.rows;
        return copy;
    }();
    return table;
}

const KernelTable* best() {
    if (supports_avx512bf16()) return &table_avx512bf16();
    if (supports_avx512vnni()) return &table_avx512vnni();
    if (supports_avx512()) return &k_table_avx512;
    if (supports_avx2()) return &k_table_avx2;
    return &k_table_portable;
}

#else

const KernelTable* best() {
    return &k_table_portable;
}

#endif

// The names that `kernels_for` knows here.
std::string allowed() {
    std::string names;
    for (const char* name : k_instruction_sets) {
        if (kernels_for(name) != nullptr) names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return names;
}

const KernelTable& choose() {
    const char* wanted = std::getenv("CAROUSEL_ISA");
    if (wanted == nullptr || *wanted == '\0') return *best();
    if (const auto* table = kernels_for(wanted)) return *table;
    throw UsageError(std::string("CAROUSEL_ISA is \"") + wanted +
                     "\", which is not an instruction set of this build and this processor. "
                     "Leave the variable unset, or choose from: " +
                     allowed() + ".");
}

}  // namespace

const KernelTable* kernels_for(const char* name) {
    if (std::strcmp(name, k_table_portable.name) == 0) return &k_table_portable;
#if defined(__x86_64__)
    if (std::strcmp(name, "avx2") == 0 && supports_avx2()) return &k_table_avx2;
    if (std::strcmp(name, "avx512") == 0 && supports_avx512()) return &k_table_avx512;
    if (std::strcmp(name, "avx512vnni") == 0 && supports_avx512vnni()) return &table_avx512vnni();
    if (std::strcmp(name, "avx512bf16") == 0 && supports_avx512bf16()) return &table_avx512bf16();
#endif
    return nullptr;
}

const KernelTable& kernels() {
    static const KernelTable& chosen = choose();
    return chosen;
}

bool has_bf16_products() {
    return std::strcmp(instruction_set(), "avx512bf16") == 0;
}

const char* instruction_set() {
    return kernels().name;
}

}  // namespace carousel
