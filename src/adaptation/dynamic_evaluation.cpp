#include "adaptation/dynamic_evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/error.hpp"
#include "model/machine.hpp"

namespace carousel {

namespace {

// What a gradient counts at most, in its usual sizes. A model that is sure of itself has tiny usual
// sizes, over which one surprise would be a giant step; docs/recipes.md tells how it was chosen.
constexpr float k_bound = 32;

}  // namespace

DynamicEvaluation::DynamicEvaluation(const Model& model, const AdaptationConfig& config,
                                     std::span<const Stretch> stretches)
    : config_(config),
      adapter_(model.machine().adapter(model.config(), model.weights(), config.segment)),
      scale_(gather_gradient_scale(*adapter_, config.segment, stretches)),
      state_(RecurrentState::zeros(model.config(), 1)) {}

DynamicEvaluation::DynamicEvaluation(const Model& model, const AdaptationConfig& config)
    : DynamicEvaluation(model, config, written_stretches(model, config.segment)) {}

std::span<const float> DynamicEvaluation::read(std::span<const TokenId> ids,
                                               LikelySymbols* likely) {
    const auto count = static_cast<std::int64_t>(ids.size()) - 1;
    if (count < 1 || count > config_.segment)
        throw std::logic_error("a segment of dynamic evaluation has another length");
    batch_.inputs.resize({ids.size() - 1, 1});
    batch_.targets.resize({ids.size() - 1, 1});
    std::copy(ids.begin(), ids.end() - 1, batch_.inputs.begin());
    std::copy(ids.begin() + 1, ids.end(), batch_.targets.begin());
    const auto nats = adapter_->window(batch_, state_, likely);
    const bool finite =
        std::all_of(nats.begin(), nats.end(), [](float x) { return std::isfinite(x); });
    if (!finite) diverged();
    update();
    return nats;
}

std::span<const float> DynamicEvaluation::next(TokenId symbol) {
    if (!reader_) reader_ = adapter_->reader();
    segment_.push_back(symbol);
    const bool is_whole = segment_.size() > static_cast<std::size_t>(config_.segment);
    if (is_whole) {
        read(segment_);
        segment_ = {symbol};
    }
    if (segment_.size() == 1) ahead_ = state_;
    TokenIds ids(TokenIds::shape_type{1, 1});
    ids(0, 0) = symbol;
    reader_->advance(ids, ahead_, logits_);
    return {logits_.data(), logits_.size()};
}

void DynamicEvaluation::require_finite() const {
    if (!adapter_->finite()) diverged();
}

void DynamicEvaluation::diverged() const {
    throw DivergenceError(fmt::format(
        "The model ran away while it learned from the text: the learning rate {} is too high for "
        "it. Choose a lower one (--adapt-learning-rate).",
        config_.learning_rate));
}

void DynamicEvaluation::update() {
    if (config_.learning_rate == 0) return;
    adapter_->update({.rate = config_.learning_rate,
                      .pull = static_cast<float>(double{config_.decay} / scale_),
                      .epsilon = static_cast<float>(double{config_.epsilon} * scale_),
                      .bound = k_bound});
}

}  // namespace carousel
