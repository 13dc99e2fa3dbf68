#pragma once

#include "model/likely_symbols.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"

namespace carousel {

/// Uses a model without learning: logits of the next symbol, and how surprised the model is by a
/// text.
///
/// Law: logits and surprisals of a stream do not depend on the other streams of the batch, or on
/// how its symbols are cut into calls, bit for bit.
class Reader {
public:
    virtual ~Reader() = default;

    /// Feeds ids (T, B), T ≥ 1, B in [1, streams], and gives the logits of the symbol that follows:
    /// logits (B, V). `state` is what the B streams remembered and receives what they remember now.
    virtual void advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits) = 0;

    /// Feeds inputs (T, B) and gives -log p(targets(t, b) | everything before), nats: surprisals
    /// (T, B).
    virtual void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                            Tensor<2>& surprisals) = 0;

    /// The same, bit for bit, and the `likely.most` likeliest symbols in the place of each target;
    /// positions (T, B), row-major.
    virtual void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                            Tensor<2>& surprisals, LikelySymbols& likely) = 0;
};

}  // namespace carousel
