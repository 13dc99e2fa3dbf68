#include "adaptation/mixed_predictor.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"

namespace carousel {

namespace {

constexpr float k_shared = 1e-6F;  // by all symbols, so that none is impossible

// A net's weight takes part in every place and needs less.
constexpr float k_net_rate = 0.25F;

MixtureConfig mixture_for(const NgramModel& ngrams) {
    if (ngrams.sequences() == 0) return {};
    return {.net = 0.7F, .context = 0.45F};
}

}  // namespace

MixedPredictor::MixedPredictor(const Machine& machine, Net net, NgramModel ngrams,
                               const std::optional<MixtureConfig>& config)
    : machine_(machine),
      net_(std::move(net)),
      ngrams_(std::move(ngrams)),
      config_(config ? *config : mixture_for(ngrams_)) {
    net_weights_.fill(config_.net);
    for (auto& weights : context_weights_) weights.fill(config_.context);
    ngrams_.forget_context();
}

void MixedPredictor::read(TokenId symbol) {
    if (predicted_) learn(symbol);
    predicted_ = false;
    ngrams_.add(symbol);
    logits_ = net_(symbol);
}

std::span<const float> MixedPredictor::probabilities() {
    if (logits_.empty())
        throw std::logic_error("a predictor was asked before it had read anything");
    ngrams_.predict(prediction_);
    auto& p = probabilities_;
    p.resize(logits_.size());
    const float w = net_weights_[prediction_.contexts.size()];
    for (std::size_t s = 0; s < p.size(); ++s) p[s] = w * logits_[s];
    for (std::size_t k = 0; k < prediction_.contexts.size(); ++k) {
        const auto& context = prediction_.contexts[k];
        const float v = context_weights_[k][kind_of(context)];
        for (const auto& [symbol, gain] : prediction_.of(context)) p[symbol] += v * gain;
    }
    machine_.softmax(p, 1);
    const float share = k_shared / static_cast<float>(p.size());
    for (float& x : p) x = (1 - k_shared) * x + share;
    // What is no number spreads over all symbols.
    if (!std::isfinite(p.front())) {
        throw DivergenceError(
            "The model gives no probabilities any more: its numbers are too large. If it learns from "
            "the text, choose a lower --adapt-learning-rate; if not, train it again.");
    }
    predicted_ = true;
    return p;
}

std::size_t MixedPredictor::kind_of(const NgramPrediction::Context& context) {
    const auto count = static_cast<std::size_t>(std::bit_width(context.count)) - 1;
    const std::size_t kinds = context.kinds;
    return std::min(count, k_counts - 1) * k_kinds + std::min(kinds, k_kinds) - 1;
}

float MixedPredictor::rate() const {
    const float past = static_cast<float>(learned_) / config_.slowing;
    return std::max(config_.least_rate, config_.rate / std::sqrt(1 + past));
}

// The gradient of a weight is what it was expected to multiply less what it has multiplied. What is
// the same for all symbols cancels out.
void MixedPredictor::learn(TokenId symbol) {
    const float rate = this->rate();
    double expected = 0;
    for (std::size_t s = 0; s < probabilities_.size(); ++s)
        expected += double{probabilities_[s]} * double{logits_[s] - logits_[symbol]};
    net_weights_[prediction_.contexts.size()] -= k_net_rate * rate * static_cast<float>(expected);
    for (std::size_t k = 0; k < prediction_.contexts.size(); ++k) {
        const auto& context = prediction_.contexts[k];
        double surplus = 0;
        for (const auto& [seen, gain] : prediction_.of(context)) {
            surplus += double{probabilities_[seen]} * double{gain};
            if (seen == symbol) surplus -= double{gain};
        }
        context_weights_[k][kind_of(context)] -= rate * static_cast<float>(surplus);
    }
    ++learned_;
}

}  // namespace carousel
