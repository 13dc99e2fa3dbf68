#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "adaptation/gradient_scale.hpp"
#include "base/token_id.hpp"
#include "model/adapter.hpp"
#include "model/model.hpp"
#include "model/reader.hpp"
#include "model/recurrent_state.hpp"

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
    /// Starts with an empty memory. The gradients' usual size is that over the stretches. The
    /// model's machine must outlive the object.
    DynamicEvaluation(const Model& model, const AdaptationConfig& config,
                      std::span<const Stretch> stretches);
    /// Over text that the model writes itself.
    DynamicEvaluation(const Model& model, const AdaptationConfig& config);
    DynamicEvaluation(const DynamicEvaluation&) = delete;
    DynamicEvaluation& operator=(const DynamicEvaluation&) = delete;

    /// Feeds ids[0] … ids[n-1] and predicts ids[1] … ids[n], then learns from them.
    /// Returns -log p of the n symbols predicted, nats; valid until the next call.
    /// `likely`, if not null, gets the likeliest in the place of each of them.
    /// Range: n in [1, segment]. Throws: DivergenceError when the weights have run away.
    std::span<const float> read(std::span<const TokenId> ids, LikelySymbols* likely = nullptr);

    /// The same for a text whose symbols come one by one: feeds `symbol`, of which it learns with
    /// its segment, and gives the logits (V) of the next; valid until the next call.
    /// Range: from the first symbol on, and `read` is not called.
    std::span<const float> next(TokenId symbol);

    /// Throws: DivergenceError when the weights have run away in the last segment.
    void require_finite() const;

    /// The model as it has become.
    const Model& model() const { return adapter_->model(); }
    std::int64_t segment() const { return config_.segment; }

private:
    [[noreturn]] void diverged() const;
    void update();

    AdaptationConfig config_;
    std::unique_ptr<Adapter> adapter_;
    double scale_;  // mean of the gradients' usual sizes
    RecurrentState state_;
    Batch batch_;

    // Of `next`: the symbols of the segment under way, and the memory behind the last of them.
    std::vector<TokenId> segment_;
    RecurrentState ahead_;
    std::unique_ptr<Reader> reader_;
    Tensor<2> logits_;
};

}  // namespace carousel
