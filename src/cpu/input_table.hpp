#pragma once

#include <cstdint>

#include "cpu/embedding.hpp"
#include "cpu/layer_normalization.hpp"
#include "cpu/stage.hpp"

namespace carousel {

/// W x + b of layer 0 as a look-up.
///
/// The input of layer 0 is one of V symbols, so W e + b takes only as many values as there are
/// distinct symbols: a table computed once for all rows of the embedding, from which the gates of
/// each position start as a copied row. It replaces a product over all T B positions by one over at
/// most min(V, T B) rows. Sums that are normalized are so in the table already.
class InputTable : public Stage {
public:
    /// `normalization`, if the layer has one.
    InputTable(const LayerContext& context, LayerNormalization* normalization);

    void prepare(ThreadPool& pool) override { weight_.prepare(pool); }

    /// Computes the table, unless the rows of the embedding are those of the last call.
    void forward_before(ThreadPool& pool) override;
    void forward_step(std::int64_t t, const Member& member) override;

    /// From the gradients of the gates to those of W and its biases, and of the embedding.
    void backward_before(ThreadPool& pool, ActivationGradients& back, float* gradients) override;

private:
    GateRows rows_of(Buffer& table) const;
    GateColumns columns_of(Buffer& table);

    const Activations* activations_;
    Embedding* embedding_;
    LayerNormalization* normalization_;
    WeightMatrix weight_;
    const StoredParameter* bias_;
    const float* bias_values_;
    Buffer table_, grad_table_;
    NormalizedSums sums_;
    std::uint64_t look_ups_ = 0;  // when the table was computed
};

}  // namespace carousel
