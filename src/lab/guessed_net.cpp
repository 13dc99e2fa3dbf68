#include "lab/guessed_net.hpp"

#include <algorithm>

#include "lab/squashing.hpp"

namespace carousel {

GuessedNet::GuessedNet(int inputs, int outputs, int hidden)
    : inputs_(inputs),
      outputs_(outputs),
      count_(outputs + hidden),
      weights_(static_cast<std::size_t>((inputs + count_ + 1) * count_)),
      units_(static_cast<std::size_t>(count_)),
      sums_(static_cast<std::size_t>(count_)) {}

void GuessedNet::guess(RandomStream& random) {
    for (double& weight : weights_) weight = random.between(-100, 100);
}

void GuessedNet::reset() {
    std::fill(units_.begin(), units_.end(), 0.0);
}

void GuessedNet::step(std::span<const InputValue> inputs) {
    const auto add = [&](int source, double value) {
        const double* const from = weights_.data() + static_cast<std::ptrdiff_t>(source) * count_;
        for (int i = 0; i < count_; ++i) sums_[static_cast<std::size_t>(i)] += value * from[i];
    };
    std::fill(sums_.begin(), sums_.end(), 0.0);
    for (const auto& input : inputs) add(input.unit, input.value);
    for (int u = 0; u < count_; ++u) add(inputs_ + u, units_[static_cast<std::size_t>(u)]);
    add(inputs_ + count_, 1.0);
    for (int i = 0; i < count_; ++i)
        units_[static_cast<std::size_t>(i)] = logistic(sums_[static_cast<std::size_t>(i)]);
}

}  // namespace carousel
