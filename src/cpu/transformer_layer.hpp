#pragma once

#include <cstdint>

#include "cpu/causal_attention.hpp"
#include "cpu/dropout.hpp"
#include "cpu/head_vectors.hpp"
#include "cpu/layers.hpp"
#include "cpu/row_normalization.hpp"
#include "cpu/weight_matrix.hpp"

// A layer of a Transformer adds to each vector x of its stream, one after the other,
//
//   attention    W_m (heads of W_q N, W_k N, W_v N),    N = γ N(x)
//   feedforward  W_d GELU(W_u N'),                      N' = γ' N(x)
//
// as docs/transformer.md has it. To read: row_normalization, rotary_positions, head_vectors and
// causal_attention, then this, then transformer_layers, where the layers stand above each other.

namespace carousel {

/// What a layer keeps of a window's R positions for the way back. Layers that never go back share
/// one of these.
struct TransformerActivations {
    TransformerActivations(const LanguageModelConfig& model, const HeadShape& shape,
                           const WindowLimits& limits);

    NormalizedVectors attention_inputs, feedforward_inputs;
    AttentionVectors heads;
    Buffer attended;   ///< (R, H) the outputs of all heads
    Buffer wide;       ///< (R, 4 H) before GELU,
    Buffer activated;  ///< and after it
};

/// What all layers use, one after the other.
struct TransformerRoom {
    TransformerRoom(const LanguageModelConfig& model, HeadShape& shape, const LayersConfig& config);

    HeadShape& shape;
    CausalAttention attention;
    Buffer cosines, sines;          ///< (T, B, d / 2) of the window's positions
    Buffer queries, keys, values;   ///< (R, H); on the way back their gradients
    Buffer added;                   ///< (R, H) what is added to x; on the way back its gradient
    Buffer grad_inputs, grad_wide;  ///< (R, H), (R, 4 H)
};

class TransformerLayer {
public:
    /// `kept` and `room` must outlive the layer.
    TransformerLayer(const LanguageModel& model, std::int64_t index, const LayersConfig& config,
                     TransformerActivations& kept, TransformerRoom& room);

    /// Training, before forward.
    void prepare(ThreadPool& pool);
    void draw_masks(ThreadPool& pool, const WindowKey& key, std::int64_t first_stream);

    /// x (R, H) becomes what the layer makes of it; its part of `state` is carried through.
    void forward(ThreadPool& pool, float* x, RecurrentState& state);
    /// Turns the gradient of what became of x into that of x, in its place.
    void backward(ThreadPool& pool, float* grad, float* gradients);

private:
    /// Rows of a window's positions.
    struct Vectors {
        const float* values;
        std::ptrdiff_t row;
    };

    TransformerLayer(const LanguageModel& model, const LayerParameters& parameters,
                     std::int64_t index, const LayersConfig& config, TransformerActivations& kept,
                     TransformerRoom& room);

    void attend(ThreadPool& pool, RecurrentState& state);
    void backward_feedforward(ThreadPool& pool, float* grad, float* gradients);
    void backward_attention(ThreadPool& pool, float* grad, float* gradients);
    void return_heads(ThreadPool& pool);

    template <typename Visit>
    void for_each_head(ThreadPool& pool, Visit visit) const;
    void add_product(ThreadPool& pool, const WeightMatrix& matrix, const Vectors& in,
                     const ActivationMask& mask, float* x);
    const float* masked(ThreadPool& pool, const ActivationMask& mask, const float* grad);
    MatrixRows rows(const Vectors& in, float* out, std::ptrdiff_t out_row) const;
    void find_gradient(ThreadPool& pool, const WeightMatrix& matrix, const Vectors& inputs,
                       const Vectors& grad, float* gradients) const;
    Rotation rotation(std::int64_t position, float sign, float scale) const;
    float* slots(RecurrentState& state, std::int64_t b) const;

    std::int64_t index_;
    std::ptrdiff_t row_, wide_row_;
    float score_scale_;  // 1 / √d
    RowNormalization attention_norm_, feedforward_norm_;
    WeightMatrix query_, key_, value_, merge_, up_, down_;
    ActivationMask attention_mask_, feedforward_mask_;
    TransformerActivations* kept_;
    TransformerRoom* room_;
};

}  // namespace carousel
