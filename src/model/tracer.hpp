#pragma once

#include "model/likely_symbols.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"

namespace carousel {

/// What every unit did in each step of one stream: (L, T, N, H), the N signals of the cell in the
/// order of its `CellView`.
struct UnitSignals {
    Tensor<4> values;
};

/// Reads a text as a `Reader` does and keeps what the units do on the way: for those who look
/// inside a model.
///
/// Law: surprisals and likely symbols are those of the reader of the same precision, and no signal
/// depends on how the text is cut into calls, bit for bit.
class Tracer {
public:
    virtual ~Tracer() = default;

    /// Feeds inputs (T, 1), T ≥ 1, and gives -log p(targets(t, 0) | everything before), nats, in
    /// surprisals (T, 1); the `likely.most` likeliest symbols in the place of each target; and the
    /// signals. `state` is carried on.
    virtual void trace(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                       Tensor<2>& surprisals, LikelySymbols& likely, UnitSignals& signals) = 0;
};

}  // namespace carousel
