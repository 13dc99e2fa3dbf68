#pragma once

#include "cpu/activations.hpp"
#include "cpu/stage.hpp"

namespace carousel {

/// Streams and blocks of units that a piece of a step is for.
struct Tile {
    Range streams, blocks;
};

/// The arithmetic of a layer's cell (kernels/cells): finds what it reads and writes at a step among
/// the activations. It has the diagonal weights and their gradient.
class CellSteps {
public:
    explicit CellSteps(const LayerContext& context);

    /// From gates to states and h(t).
    void forward(std::int64_t t, const Tile& tile);
    /// The stage before, from the gates so far to v: rows as h, of which `mixed` is the first.
    void mix(std::int64_t t, const Tile& tile, float* mixed);

    /// From the gradients of h(t) and of the states to those of the gates, of the states before and
    /// of what the arithmetic itself reads of h(t-1).
    void backward(std::int64_t t, const Tile& tile, ActivationGradients& gradients);
    /// From the gradient of v to those of the gates before; rows as `mix` has them. With truncated
    /// gradients nothing reaches h(t-1).
    void mix_backward(std::int64_t t, const Tile& tile, const float* grad_mixed,
                      ActivationGradients& gradients);

    /// What the streams add to the gradient of the diagonal: from zero; added up, in their order.
    void begin_gradient();
    void sum_gradient(float* gradients);

private:
    CellForward forward_arguments(std::int64_t t, const Tile& tile);
    CellBackward backward_arguments(std::int64_t t, const Tile& tile,
                                    ActivationGradients& gradients);

    const CellKernels* kernels_;
    Activations* activations_;
    const Activations* below_;
    bool truncated_;
    const StoredParameter* diagonal_;  // null where it is not learned
    const float* diagonal_values_;
    Buffer grad_diagonal_;  // (B, P H in blocks)
    std::ptrdiff_t diagonal_row_;
};

/// The gradient of `parameter`: the sum of `rows` rows of as many floats as it has, in their order.
void sum_rows(const StoredParameter& parameter, const float* values, std::int64_t rows,
              float* gradients);

}  // namespace carousel
