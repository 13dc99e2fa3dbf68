#include "cpu/gradient_norm.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/kernels.hpp"

namespace carousel {

double global_norm(ThreadPool& pool, const float* gradients, std::int64_t count) {
    constexpr std::int64_t k_piece = 8192;
    const auto pieces = (count + k_piece - 1) / k_piece;
    static thread_local std::vector<double> sums;
    auto& piece_sums = sums;  // the caller's, shared with the team
    piece_sums.assign(static_cast<std::size_t>(pieces), 0.0);
    pool.for_each(pieces, [&](std::int64_t piece) {
        const auto first = piece * k_piece;
        piece_sums[static_cast<std::size_t>(piece)] =
            kernels().sum_of_squares(gradients + first, std::min(k_piece, count - first));
    });
    double sum = 0;
    for (const double part : piece_sums) sum += part;
    return std::sqrt(sum);
}

}  // namespace carousel
