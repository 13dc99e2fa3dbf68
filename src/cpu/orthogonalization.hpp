#pragma once

#include <cstdint>

#include "cpu/buffer.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// Turns a matrix X = U S Vᵀ into nearly U Vᵀ: all its singular values become about 1 (0.7 to 1.2),
/// by five iterations of X ← X (a I + b A + c A²), A = XᵀX (Newton–Schulz with the coefficients of
/// Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"). A matrix wider
/// than high is transposed meanwhile, since A would be as large as its longer side.
class Orthogonalization {
public:
    /// For matrices of at most so many panels of sixteen rows, and columns.
    Orthogonalization(std::int64_t panels, std::int64_t columns);

    /// In place; `matrix` has the layout (panels, columns, 16) of the kernels, `norm` is its
    /// Frobenius norm. A matrix of zeros stays one. Law: the same bits for every number of threads.
    void run(ThreadPool& pool, float* matrix, std::int64_t panels, std::int64_t columns,
             double norm);

private:
    void iterate(ThreadPool& pool, float* matrix, std::int64_t panels, std::int64_t columns,
                 double norm);
    void transpose(ThreadPool& pool, const float* matrix, std::int64_t panels, std::int64_t columns,
                   float* out);

    Buffer next_, transposed_;  // as the matrix, and panels of its transpose
    Buffer high_;               // a wide matrix, transposed
    Buffer square_, factor_;    // A and a I + b A + c A², panels of symmetric matrices
};

}  // namespace carousel
