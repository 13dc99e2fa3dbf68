#include "reference/reference_cell.hpp"

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace carousel {

namespace {

Matrix sigmoid(const Matrix& a) {
    return 1.0 / (1.0 + xt::exp(-a));
}

/// 1 where the input gate is below its cap 1 - f, and so the one that counts.
Matrix below_cap(const LayerStep& s) {
    return xt::where(s.input_gate <= 1.0 - s.forget_gate, 1.0, 0.0);
}

}  // namespace

LayerStep forward_cell(CellKind kind, const Matrix& activations, const Matrix& cell_before) {
    const bool coupled = kind == CellKind::cifg;
    const auto h = cell_before.shape(1), before_forget = coupled ? std::size_t{0} : h;
    const auto columns = [&](std::size_t from) {
        return Matrix(xt::view(activations, xt::all(), xt::range(from, from + h)));
    };
    LayerStep s;
    s.cell_before = cell_before;
    s.forget_gate = sigmoid(columns(before_forget));
    s.cell_candidate = xt::tanh(columns(before_forget + h));
    s.output_gate = sigmoid(columns(before_forget + 2 * h));
    if (coupled) {
        s.input_gate = 1.0 - s.forget_gate;
    } else {
        s.input_gate = sigmoid(columns(0));
    }
    s.written = s.input_gate;
    if (kind == CellKind::capped_lstm) s.written = xt::minimum(s.input_gate, 1.0 - s.forget_gate);
    s.cell = s.forget_gate * cell_before + s.written * s.cell_candidate;
    s.hidden = s.output_gate * xt::tanh(s.cell);
    return s;
}

Matrix backward_cell(CellKind kind, const LayerStep& s, const Matrix& grad_hidden,
                     const Matrix& grad_cell) {
    const Matrix grad_written = grad_cell * s.cell_candidate;
    Matrix grad_forget = grad_cell * s.cell_before, grad_input = grad_written;
    if (kind == CellKind::cifg) grad_forget -= grad_written;
    if (kind == CellKind::capped_lstm) {
        grad_input = below_cap(s) * grad_written;
        grad_forget -= (1.0 - below_cap(s)) * grad_written;
    }
    const Matrix at_input = grad_input * s.input_gate * (1.0 - s.input_gate);
    const Matrix at_forget = grad_forget * s.forget_gate * (1.0 - s.forget_gate);
    const Matrix at_candidate = grad_cell * s.written * (1.0 - s.cell_candidate * s.cell_candidate);
    const Matrix at_output = grad_hidden * xt::tanh(s.cell) * s.output_gate * (1.0 - s.output_gate);
    if (kind == CellKind::cifg)
        return xt::concatenate(xt::xtuple(at_forget, at_candidate, at_output), 1);
    return xt::concatenate(xt::xtuple(at_input, at_forget, at_candidate, at_output), 1);
}

}  // namespace carousel
