#include "training/optimizer.hpp"

#include <algorithm>

#include "kernels/kernels.hpp"

namespace carousel {

namespace {

// beta^n by repeated squaring: multiplications only, so the same bits everywhere.
double power(double beta, std::uint64_t n) {
    double result = 1;
    for (double square = beta; n > 0; n >>= 1, square *= square) {
        if ((n & 1) != 0) result *= square;
    }
    return result;
}

}  // namespace

Optimizer::Optimizer(const LanguageModel& model, const AdamConfig& config)
    : parameters_(model.parameters()),
      config_(config),
      first_(parameters_.stored()),
      second_(parameters_.stored()),
      averages_(config.average > 0 ? parameters_.stored() : 0) {}

void Optimizer::update(ThreadPool& pool, LanguageModel& model, float* gradients, std::uint64_t step,
                       float learning_rate, float gradient_scale) {
    constexpr std::int64_t k_piece = 16384;
    const auto correction = [&](float beta) {
        return static_cast<float>(1.0 / (1.0 - power(double{beta}, step)));
    };
    const auto n = static_cast<float>(step);
    const float average = std::min(config_.average, (n - 1) / (n + 8));
    AdamUpdate common{.weights = model.values(),
                      .gradients = gradients,
                      .first_moments = first_.data(),
                      .second_moments = second_.data(),
                      .averages = averages() ? averages_.data() : nullptr,
                      .count = 0,
                      .rate = learning_rate,
                      .decay = 0,
                      .beta1 = config_.beta1,
                      .beta2 = config_.beta2,
                      .correction1 = correction(config_.beta1),
                      .correction2 = correction(config_.beta2),
                      .epsilon = config_.epsilon,
                      .gradient_scale = gradient_scale,
                      .average_rate = 1 - average};
    for (const auto& p : parameters_.all()) {
        pool.for_each((p.stored + k_piece - 1) / k_piece, [&](std::int64_t piece) {
            const auto first = p.offset + piece * k_piece;
            AdamUpdate part = common;
            part.count = std::min(k_piece, p.offset + p.stored - first);
            part.weights += first;
            part.gradients += first;
            part.first_moments += first;
            part.second_moments += first;
            if (averages()) part.averages += first;
            part.decay = p.is_matrix() ? learning_rate * config_.weight_decay : 0.0F;
            kernels().adam(part);
        });
    }
}

void Optimizer::set_moments(std::span<const NamedTensor> first,
                            std::span<const NamedTensor> second) {
    parameters_.from_canonical(first, first_.data());
    parameters_.from_canonical(second, second_.data());
}

}  // namespace carousel
