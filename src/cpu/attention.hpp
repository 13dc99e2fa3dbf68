#pragma once

#include <cstdint>

#include "cpu/buffer.hpp"
#include "cpu/stage.hpp"
#include "cpu/weight_matrix.hpp"

namespace carousel {

/// One attention head of a layer over its own last N outputs, after its steps:
///   q(t) = W_q h(t)      score_j = q(t) · h(t-j) / √H + r_j      p = softmax(score), j = 1 ... N
///   m(t) = Σ p_j h(t-j)  output(t) = h(t) + W_m m(t)
/// Before a stream's beginning h is zero and takes part like any other. Nothing here waits for a
/// step: the recurrence reads h alone. No gradient reaches outputs from before the window.
///
/// Law: a position has the same bits however the text is cut into windows, and on any number of
/// threads.
/// Source: Merity 2019 (SHA-RNN), with a bounded memory.
class Attention : public Stage {
public:
    explicit Attention(const LayerContext& context);

    void prepare(ThreadPool& pool) override;

    /// Fills the outputs of a window whose steps have run.
    void forward_after(ThreadPool& pool) override;
    /// Turns the gradients of the outputs into those of h, in their place.
    void backward_after(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    void attend(std::int64_t t, std::int64_t b);
    void return_to_scores(std::int64_t t, std::int64_t b);
    void return_to_past(std::int64_t t, std::int64_t b, float* grad);
    void return_to_query(std::int64_t t, std::int64_t b);

    template <typename Visit>
    void for_each_position(ThreadPool& pool, Visit visit) const;
    MatrixRows positions(const float* in, float* out) const;
    void matrix_gradient(ThreadPool& pool, const WeightMatrix& matrix, const float* vectors,
                         const float* grad_outputs, float* gradients) const;
    std::int64_t shares_offset(std::int64_t t, std::int64_t b) const;

    Activations* activations_;
    std::int64_t span_;
    float scale_;                      // of scores
    WeightMatrix query_, context_;     // W_q, W_m
    const StoredParameter* distance_;  // r
    const float* distance_values_;
    // In backward the gradients of queries and contexts take their places.
    Buffer queries_, contexts_;    // (T, B, H)
    Buffer shares_, grad_scores_;  // (T, B, N), of the outputs before, nearest first
};

}  // namespace carousel
