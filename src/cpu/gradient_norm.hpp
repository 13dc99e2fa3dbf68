#pragma once

#include <cstdint>
#include <span>

#include "cpu/thread_pool.hpp"

namespace carousel {

/// Euclidean norm of all gradients together; not finite when one of them is not. `count` is a
/// multiple of 16. Summed over fixed pieces, so that the bits do not depend on the number of
/// threads.
double global_norm(ThreadPool& pool, const float* gradients, std::int64_t count);

/// The same in two parts: squares[i], the sum of squares of the floats of piece i, and what follows
/// from all of them. Throws: std::logic_error for another number of pieces.
constexpr std::int64_t k_norm_piece = 8192;
constexpr std::int64_t norm_pieces(std::int64_t count) {
    return (count + k_norm_piece - 1) / k_norm_piece;
}
void sum_squares(ThreadPool& pool, const float* gradients, std::int64_t count,
                 std::span<double> squares);
double norm_of(std::span<const double> squares);

}  // namespace carousel
