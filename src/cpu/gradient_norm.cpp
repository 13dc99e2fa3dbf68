#include "cpu/gradient_norm.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "kernels/kernels.hpp"

namespace carousel {

void sum_squares(ThreadPool& pool, const float* gradients, std::int64_t count,
                 std::span<double> squares) {
    const auto pieces = norm_pieces(count);
    if (static_cast<std::int64_t>(squares.size()) != pieces)
        throw std::logic_error("a gradient has another number of pieces");
    pool.for_each(pieces, [&](std::int64_t piece) {
        const auto first = piece * k_norm_piece;
        squares[static_cast<std::size_t>(piece)] =
            kernels().sum_of_squares(gradients + first, std::min(k_norm_piece, count - first));
    });
}

double norm_of(std::span<const double> squares) {
    double sum = 0;
    for (const double part : squares) sum += part;
    return std::sqrt(sum);
}

double global_norm(ThreadPool& pool, const float* gradients, std::int64_t count) {
    static thread_local std::vector<double> squares;
    squares.resize(static_cast<std::size_t>(norm_pieces(count)));
    sum_squares(pool, gradients, count, squares);
    return norm_of(squares);
}

}  // namespace carousel
