#include "cpu/optimizer.hpp"

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

Optimizer::Optimizer(const LanguageModel& model, const OptimizerConfig& config, int threads,
                     Communicator* communicator)
    : parameters_(model.parameters()),
      config_(config),
      first_(parameters_.stored()),
      second_(parameters_.stored()),
      averages_(config.average > 0 ? parameters_.stored() : 0) {
    if (config.kind == OptimizerKind::muon) muon_.emplace(parameters_, threads, communicator);
}

void Optimizer::update(ThreadPool& pool, LanguageModel& model, const float* gradients,
                       const UpdateRates& rates) {
    const auto n = static_cast<float>(rates.number);
    const Step now{rates.number, rates.learning_rate, rates.gradient_scale,
                   1 - std::min(config_.average, (n - 1) / (n + 8))};
    for (const auto& p : parameters_.all()) {
        if (!muon_ || !Muon::moves(p)) adam(pool, model, p, gradients, now);
    }
    if (!muon_) return;
    muon_->update(pool, {.weights = model.values(),
                         .gradients = gradients,
                         .moments = first_.data(),
                         .averages = averages() ? averages_.data() : nullptr,
                         .learning_rate = now.learning_rate,
                         .gradient_scale = now.gradient_scale,
                         .momentum = config_.momentum,
                         .weight_decay = config_.weight_decay,
                         .average_rate = now.average_rate});
}

void Optimizer::adam(ThreadPool& pool, LanguageModel& model, const StoredParameter& p,
                     const float* gradients, const Step& step) {
    const auto correction = [&](float beta) {
        return static_cast<float>(1.0 / (1.0 - power(double{beta}, step.number)));
    };
    const AdamUpdate common{
        .weights = model.values(),
        .gradients = gradients,
        .first_moments = first_.data(),
        .second_moments = second_.data(),
        .averages = averages() ? averages_.data() : nullptr,
        .count = 0,
        .rate = step.learning_rate,
        .decay = p.is_matrix() ? step.learning_rate * config_.weight_decay : 0.0F,
        .beta1 = config_.beta1,
        .beta2 = config_.beta2,
        .correction1 = correction(config_.beta1),
        .correction2 = correction(config_.beta2),
        .epsilon = config_.epsilon,
        .gradient_scale = step.gradient_scale,
        .average_rate = step.average_rate};
    constexpr std::int64_t k_piece = 16384;  // floats of a task
    pool.for_each((p.stored + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto first = p.offset + piece * k_piece;
        AdamUpdate part = common;
        part.count = std::min(k_piece, p.offset + p.stored - first);
        part.weights += first;
        part.gradients += first;
        part.first_moments += first;
        part.second_moments += first;
        if (averages()) part.averages += first;
        kernels().adam(part);
    });
}

}  // namespace carousel
