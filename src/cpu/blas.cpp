#include "cpu/blas.hpp"

#include <cblas.h>

namespace carousel {

void blas_multiply(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, const float* b,
                   float* c) {
    openblas_set_num_threads(1);  // the team shares the work, whichever build of OpenBLAS is loaded
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<blasint>(m),
                static_cast<blasint>(n), static_cast<blasint>(k), 1.0F, a, static_cast<blasint>(k),
                b, static_cast<blasint>(n), 0.0F, c, static_cast<blasint>(n));
}

const char* blas_description() {
    return openblas_get_config();
}

}  // namespace carousel
