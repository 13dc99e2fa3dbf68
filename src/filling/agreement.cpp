#include "filling/agreement.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

void normalize(std::span<double> scores) {
    if (scores.empty()) return;
    const double most = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (auto& score : scores) sum += score = std::exp(score - most);
    for (auto& score : scores) score /= sum;
}

}  // namespace carousel
