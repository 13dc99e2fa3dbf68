#pragma once

#include <cstdint>

#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layer_window.hpp"
#include "cpu/thread_pool.hpp"

// One attention head of a layer over its own last N outputs, after its steps:
//   q(t) = W_q h(t)      score_j = q(t) · h(t-j) / √H + r_j      p = softmax(score), j = 1 ... N
//   m(t) = Σ p_j h(t-j)  output(t) = h(t) + W_m m(t)
// Before a stream's beginning h is zero and takes part like any other. Nothing here waits for a
// step: the recurrence reads h alone.

namespace carousel {

/// Fills queries, shares, contexts and outputs of a window whose steps have run.
/// Law: a position has the same bits however the text is cut into windows, and on any number of
/// threads.
void forward_attention(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
                       const LayerWindow& layer);

/// The part between the two products, for one position: from its query to shares and context.
/// `distance` are the biases r.
void attend(const LayerWindow& layer, const float* distance, std::int64_t t, std::int64_t b);

/// The same backward; all buffers live as long as the object.
class AttentionBackward {
public:
    /// Without attention in the cell there are no buffers.
    AttentionBackward(const LanguageModelConfig& config, std::int64_t window,
                      std::int64_t batch_size);

    /// Turns `grad` (T, B, H), the gradient of the layer's outputs, into that of h, and fills
    /// the gradients of W_q, W_m and r. No gradient reaches outputs from before the window.
    void run(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
             const LayerWindow& layer, float* grad, float* gradients);

private:
    void to_scores(ThreadPool& pool, const LayerWindow& layer);
    void to_past(ThreadPool& pool, const LayerWindow& layer, float* grad);

    Buffer grad_contexts_, grad_queries_;  // (T, B, H)
    Buffer grad_scores_;                   // (T, B, N)
    Buffer transposed_;                    // of W_m, then of W_q
};

}  // namespace carousel
