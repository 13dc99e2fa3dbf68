#pragma once

#include "nn/language_model_config.hpp"
#include "tensor/tensor.hpp"

namespace carousel {

using Matrix = xt::xtensor<double, 2>;

/// What one layer computes in one step, each (B, ·).
struct LayerStep {
    Matrix input, hidden_before, cell_before;
    Matrix input_gate, forget_gate, cell_candidate, output_gate;
    Matrix written;  ///< the share of the candidate that enters the cell
    Matrix cell, hidden;
};

/// The cell equations of docs/model.md. `activations` (B, G H): what the gates are functions of,
/// gates side by side in the order of the file; G is 3 for `cifg`, else 4.
LayerStep forward_cell(CellKind kind, const Matrix& activations, const Matrix& cell_before);

/// Derivatives by the activations, (B, G H), from those by the step's output and new cell state.
Matrix backward_cell(CellKind kind, const LayerStep& step, const Matrix& grad_hidden,
                     const Matrix& grad_cell);

}  // namespace carousel
