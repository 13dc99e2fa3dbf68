#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "adaptation/gradient_scale.hpp"
#include "base/token_id.hpp"
#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"

namespace carousel {

/// How a model learns from the text that it reads. `docs/recipes.md` tells how the defaults were
/// chosen.
struct AdaptationConfig {
    float learning_rate = 7e-4F;  ///< ≥ 0; 0: the model stays as it is
    float decay = 3e-4F;          ///< pull back to the weights as they were, ≥ 0
    std::int64_t segment = 20;    ///< symbols between two updates, ≥ 1
    /// Added to the usual size of each gradient, in parts of their mean, > 0: a weight whose
    /// gradient the statistics hardly saw would else take leaps.
    float epsilon = 0.03F;
};

/// Dynamic evaluation: a model that reads a text once, from its beginning to its end, is asked for
/// each symbol before it sees it, and learns from each segment as soon as that has been predicted.
///
/// It works on a copy: the model it was made from stays as it is. No surprisal depends on what
/// stands behind it in the text. Law: the same bits for every number of threads.
/// Source: Krause, Kahembwe, Murray & Renals 2018, "Dynamic evaluation of neural sequence models",
/// section 3 (RMS dynamic evaluation with a decay towards the trained weights); docs/model.md.
class DynamicEvaluation {
public:
    /// Starts with an empty memory. `pool` must outlive the object.
    DynamicEvaluation(const LanguageModel& model, ThreadPool& pool, const AdaptationConfig& config,
                      GradientScale scale);
    /// With the scale of text that the model writes itself.
    DynamicEvaluation(const LanguageModel& model, ThreadPool& pool, const AdaptationConfig& config);
    DynamicEvaluation(const DynamicEvaluation&) = delete;
    DynamicEvaluation& operator=(const DynamicEvaluation&) = delete;

    /// Feeds ids[0] … ids[n-1] and predicts ids[1] … ids[n], then learns from them.
    /// Returns -log p of the n symbols predicted, nats; valid until the next call.
    /// Range: n in [1, segment]. Throws: DivergenceError when the weights have run away.
    std::span<const float> read(std::span<const TokenId> ids);

    /// Throws: DivergenceError when the weights have run away in the last segment.
    void require_finite() const;

    /// The model as it has become.
    const LanguageModel& model() const { return model_; }
    std::int64_t segment() const { return config_.segment; }

private:
    [[noreturn]] void diverged() const;
    void update();

    ThreadPool* pool_;
    AdaptationConfig config_;
    GradientScale scale_;
    LanguageModel model_;
    Buffer original_, gradients_;
    RecurrentState state_;
    TruncatedBackpropagation whole_;
    std::int64_t rest_size_ = 0;
    std::optional<TruncatedBackpropagation> rest_;  // for a segment of rest_size_ symbols
    TokenIds inputs_, targets_;
};

}  // namespace carousel
