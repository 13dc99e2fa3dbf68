#include "app/comparison_sizes.hpp"

#include <algorithm>
#include <cmath>

#include "model/limits.hpp"
#include "model/parameter.hpp"

namespace carousel {

namespace {

constexpr double k_near = 0.04;  // of the parameters

LanguageModelConfig of_size(LanguageModelConfig model, std::int64_t hidden_size) {
    model.hidden_size = model.embedding_size = hidden_size;
    return model;
}

double parameters_of(const LanguageModelConfig& model, std::int64_t hidden_size) {
    return static_cast<double>(parameter_count(of_size(model, hidden_size)));
}

// The smallest hidden size with at least so many parameters, or the largest that there is.
std::int64_t size_reaching(const LanguageModelConfig& model, double parameters) {
    std::int64_t low = 1, high = k_largest_size;
    while (low < high) {
        const auto middle = (low + high) / 2;
        if (parameters_of(model, middle) < parameters)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Units that stay together in a register.
std::int64_t evenness(std::int64_t hidden_size) {
    for (std::int64_t block = 16; block > 1; block /= 2)
        if (hidden_size % block == 0) return block;
    return 1;
}

}  // namespace

LanguageModelConfig with_parameters(LanguageModelConfig model, std::uint64_t parameters) {
    const auto wanted = static_cast<double>(parameters);
    const auto distance = [&](std::int64_t size) {
        return std::abs(parameters_of(model, size) - wanted);
    };
    const auto above = size_reaching(model, wanted);
    auto best = above > 1 && distance(above - 1) < distance(above) ? above - 1 : above;
    const auto from = size_reaching(model, wanted * (1 - k_near));
    const auto to = size_reaching(model, wanted * (1 + k_near));
    for (auto size = from; size <= to; ++size) {
        if (distance(size) > k_near * wanted) continue;
        const auto one = evenness(size), other = evenness(best);
        if (one > other || (one == other && distance(size) < distance(best))) best = size;
    }
    return of_size(model, best);
}

}  // namespace carousel
