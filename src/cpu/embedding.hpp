#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "cpu/buffer.hpp"
#include "cpu/gate_products.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layer_forward.hpp"
#include "cpu/recurrent_layer.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// Embedding and the input product of layer 0 as one look-up; of cells with rounds, embedding
/// alone.
///
/// The input of layer 0 is one of V symbols, so W e + b takes only as many values as there are
/// distinct symbols: a table computed once per update, from which the gates of each position start
/// as a copied row. It replaces a product over all T B positions by one over at most min(V, T B)
/// rows.
class InputTable {
public:
    /// For windows of at most `positions` symbols; `training` adds the buffers of backward. The
    /// model's weights may change between calls.
    InputTable(const LanguageModel& model, std::int64_t positions, bool training);

    /// Computes the rows that `ids` needs. `mask` (V) multiplies each symbol's embedding (dropout
    /// of whole characters), or is null.
    void compute(ThreadPool& pool, std::span<const TokenId> ids, const float* mask);

    /// Points the positions of a window to rows that an earlier call of `compute` made for these
    /// symbols.
    void locate(std::span<const TokenId> ids);

    /// Where the gates of the window's positions start.
    GatheredRows rows() const;
    /// The embeddings of the window's positions, as masked.
    GatheredRows embeddings() const;

    /// From the gradients of layer 0's pre-activations (positions in the order of `ids`, row length
    /// `grad_row`) to those of embedding, input weight and bias. `input_transposed` are the panels
    /// of W transposed. Where sums are normalized, `gain` receives what they add to the gradients
    /// of the gains, and that of the bias is not touched.
    void backward(ThreadPool& pool, const float* grad_gates, std::ptrdiff_t grad_row,
                  const float* mask, const float* input_transposed, const GainGradients& gain,
                  float* gradients);

    /// From the gradients of the embeddings of the positions to that of the embedding: the way back
    /// of cells with rounds.
    void backward_embeddings(ThreadPool& pool, const float* grad_inputs, const float* mask,
                             float* gradients);

private:
    /// The row of a symbol in `out` = the sum of those of its positions, in their order.
    void sum_positions(ThreadPool& pool, const float* rows, std::ptrdiff_t row, std::int64_t panels,
                       float* out, std::ptrdiff_t out_row) const;
    void return_to_embedding(const float* mask, float* gradients) const;
    Rows embedded_rows() const;
    GateRows table_rows(Buffer& table) const;
    NormalizedRows sums();
    LayerNormalization normalization() const;

    const LanguageModel* model_;
    std::ptrdiff_t embedding_row_, table_row_;
    std::vector<TokenId> distinct_;         // table row → symbol
    std::vector<std::uint32_t> row_of_;     // symbol → table row, k_absent when it has none
    std::vector<std::uint32_t> positions_;  // position → table row
    Buffer embedded_, table_, grad_table_, grad_embedded_;
    Buffer sums_, scales_;  // of cells that normalize
};

}  // namespace carousel
