#include "adaptation/dynamic_evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_piece = 16384;

}  // namespace

DynamicEvaluation::DynamicEvaluation(const LanguageModel& model, ThreadPool& pool,
                                     const AdaptationConfig& config, GradientScale scale)
    : pool_(&pool),
      config_(config),
      scale_(std::move(scale)),
      model_(model.config(), model.weights()),
      original_(model.parameters().stored()),
      gradients_(model.parameters().stored()),
      state_(RecurrentState::zeros(model.config(), 1)),
      whole_(model_, pool, config.segment, 1, {}) {
    if (scale_.rms.size() != original_.size())
        throw std::logic_error("the scale of gradients is that of another model");
    std::memcpy(original_.data(), model_.values(),
                static_cast<std::size_t>(original_.size()) * sizeof(float));
}

DynamicEvaluation::DynamicEvaluation(const LanguageModel& model, ThreadPool& pool,
                                     const AdaptationConfig& config)
    : DynamicEvaluation(model, pool, config,
                        gradient_scale(model, pool, config.segment,
                                       written_stretches(model, pool, config.segment))) {}

std::span<const float> DynamicEvaluation::read(std::span<const TokenId> ids) {
    const auto count = static_cast<std::int64_t>(ids.size()) - 1;
    if (count < 1 || count > config_.segment)
        throw std::logic_error("a segment of dynamic evaluation has another length");
    if (count < config_.segment && count != rest_size_) {
        rest_.emplace(model_, *pool_, count, 1, DropoutRates{});
        rest_size_ = count;
    }
    auto& backpropagation = count == config_.segment ? whole_ : *rest_;
    inputs_.resize({ids.size() - 1, 1});
    targets_.resize({ids.size() - 1, 1});
    std::copy(ids.begin(), ids.end() - 1, inputs_.begin());
    std::copy(ids.begin() + 1, ids.end(), targets_.begin());
    const double loss = backpropagation.run(inputs_, targets_, state_, {}, gradients_.data());
    if (!std::isfinite(loss)) diverged();
    update();
    return backpropagation.losses();
}

void DynamicEvaluation::require_finite() const {
    if (!std::isfinite(kernels().sum_of_squares(model_.values(), original_.size()))) diverged();
}

void DynamicEvaluation::diverged() const {
    throw DivergenceError(fmt::format(
        "The model ran away while it learned from the text: the learning rate {} is too high for "
        "it. Choose a lower one (--adapt-learning-rate).",
        config_.learning_rate));
}

void DynamicEvaluation::update() {
    if (config_.learning_rate == 0) return;
    const DynamicUpdate all{.weights = model_.values(),
                            .gradients = gradients_.data(),
                            .rms = scale_.rms.data(),
                            .original = original_.data(),
                            .count = 0,
                            .rate = config_.learning_rate,
                            .pull = static_cast<float>(double{config_.decay} / scale_.mean),
                            .epsilon = static_cast<float>(double{config_.epsilon} * scale_.mean)};
    const auto stored = original_.size();
    pool_->for_each((stored + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto first = piece * k_piece;
        DynamicUpdate part = all;
        part.count = std::min(k_piece, stored - first);
        part.weights += first;
        part.gradients += first;
        part.rms += first;
        part.original += first;
        kernels().dynamic_update(part);
    });
}

}  // namespace carousel
