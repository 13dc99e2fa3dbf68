#pragma once

#include <vector>

#include "model/cell_shapes.hpp"
#include "reference/tape.hpp"

namespace carousel {

/// The parameters of one layer, each by its letter in docs/model.md and its name in files; a cell
/// knows which of them it has. Gates lie below each other, H rows each; vectors are single rows.
struct LayerWeights {
    Value W{};                        ///< weight_ih
    Value U{};                        ///< weight_hh
    Value V{};                        ///< weight_vh
    Value p{};                        ///< diagonal
    Value g{};                        ///< gain
    Value b{};                        ///< bias
    std::vector<Value> down{}, up{};  ///< of the rounds, in their order
    Value Q{}, M{}, r{};              ///< attention.query, attention.context, attention.distance
    bool truncated = false;           ///< no gradient goes through the gates to the output before
};

/// What a layer hands on to its next step. Shapes: hidden (B, K H), the K = `carried_outputs` of
/// its cell, newest first; states (B, S H), one beside the other; (B, 0) for a cell that remembers
/// nothing but its output.
struct CellStep {
    Value hidden, states;
    Value output{};   ///< (B, H), what the layer above reads; none: hidden
    Value signals{};  ///< (B, N H), what can be seen of a unit, in the order of its `CellView`
};

/// What a layer reads at a step. Shapes: input (B, E or H), states of the layer below (B, S H),
/// zeros for layer 0.
struct CellInput {
    Value input, states;
};

/// One step of a cell, its equations as in docs/model.md.
CellStep forward_cell(CellKind kind, const LayerWeights& weights, const CellInput& below,
                      const CellStep& before);

}  // namespace carousel
