#pragma once

#include <cstdint>

#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// What `RowNormalization` keeps of R rows.
struct NormalizedVectors {
    NormalizedVectors(std::int64_t rows, std::ptrdiff_t row)
        : normalized(rows * row), scales(rows), outputs(rows * row) {}

    Buffer normalized;  ///< (R, H) N(x); after backward the gradients of x
    Buffer scales;      ///< (R) what x was multiplied with, apart from its mean
    Buffer outputs;     ///< (R, H) γ N(x)
};

/// y = γ N(x) of rows of H numbers: N takes the mean from a row and divides by its deviation
/// (`NormalizationForward`). Rows of `hidden_row_length` floats.
/// Source: Ba, Kiros & Hinton 2016, without a bias.
class RowNormalization {
public:
    /// `most_rows`, not 0: they come back.
    RowNormalization(const LanguageModel& model, const StoredParameter& gain,
                     std::int64_t most_rows);

    /// Fills the first `count` rows of `to`.
    void forward(ThreadPool& pool, const float* in, NormalizedVectors& to,
                 std::int64_t count) const;

    /// From the gradient of the outputs, grad (R, H), to those of the inputs, which are added to
    /// `sum`, and that of γ. Law: no bit depends on the number of threads.
    void backward(ThreadPool& pool, const float* grad, NormalizedVectors& from, float* sum,
                  std::int64_t count, float* gradients);

private:
    std::int64_t units_;
    std::ptrdiff_t row_;
    const StoredParameter* gain_;
    const float* gain_values_;
    Buffer zeros_;      // (H), what scaled rows start from
    Buffer grad_gain_;  // one row for each share of the rows
};

}  // namespace carousel
