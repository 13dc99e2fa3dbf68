#pragma once

#include <cstdint>

namespace carousel {

/// C (m, n) = A (m, k) B (k, n), dense row-major, by OpenBLAS's sgemm on the caller's thread: the
/// yardstick of the benchmark. Training and generation do not use it, since its bits depend on
/// processor and shape.
void blas_multiply(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, const float* b,
                   float* c);

/// Version and kernel of OpenBLAS in use, for people.
const char* blas_description();

}  // namespace carousel
