#include "cpu/weight_gradients.hpp"

#include <array>
#include <span>

#include "cpu/layer_normalization.hpp"
#include "cpu/matmul.hpp"

namespace carousel {

namespace {

// Whether one pass over the gates serves both W and U.
bool share_a_pass(const CellShape& cell) {
    return cell.recurrent == cell.input && !is_normalized(cell);
}

// Of U, whose vectors h(t-1), t = 0 .. T-1, are the slots 0 .. T-1; or of V.
GradientTarget target(const LayerWindow& layer, const Parameter& weight, const float* vectors,
                      float* gradients) {
    return {vectors, layer.hidden_row, layer.hidden_size, gradients + weight.offset};
}

// Gradients of the gates `of` times the vectors of the targets and, where there is `bias`, alone.
void sum_up(ThreadPool& pool, const LayerWindow& layer, const GateColumns& of,
            std::span<const GradientTarget> targets, float* bias) {
    auto gradient = gate_gradient(of, layer.window * layer.batch_size, bias);
    gradient.targets = targets;
    weight_gradient(pool, gradient);
}

}  // namespace

GateColumns input_columns(const LayerWindow& layer) {
    const auto& cell = layer.shape();
    return product_columns(cell, cell.input, layer.gate_rows(), layer.normalized.input);
}

void recurrent_weight_gradients(ThreadPool& pool, const LayerWindow& layer,
                                const LayerParameters& parameters, LayerInput input,
                                float* gradients) {
    const auto& cell = layer.shape();
    const auto gates = layer.gate_rows();
    const bool normalized = is_normalized(cell);
    float* bias = gradients + parameters.bias->offset;
    const bool done_by_inputs = input == LayerInput::vectors && share_a_pass(cell);
    if (parameters.recurrent_weight != nullptr && !done_by_inputs) {
        const auto to = target(layer, *parameters.recurrent_weight, layer.hidden, gradients);
        // A pass fills the biases of all its gates: those of W's are filled once more.
        const bool some_lack_input = cell.input.count < cell.gates;
        sum_up(pool, layer,
               product_columns(cell, cell.recurrent, gates, layer.normalized.recurrent), {&to, 1},
               some_lack_input && !normalized ? bias : nullptr);
    }
    // The gradients of the sums are those of W and U, but not of the bias.
    if (normalized) sum_up(pool, layer, {gates, {0, cell.gates}}, {}, bias);
    if (parameters.mixed_weight != nullptr) {
        const auto to = target(layer, *parameters.mixed_weight, layer.mixed, gradients);
        sum_up(pool, layer, {gates, cell.mixed}, {&to, 1}, nullptr);
    }
}

void input_weight_gradients(ThreadPool& pool, const LayerWindow& layer,
                            const LayerParameters& parameters, const Rows& inputs,
                            float* gradients) {
    const auto& cell = layer.shape();
    const GradientTarget of_input{inputs.values, inputs.row, inputs.size,
                                  gradients + parameters.input_weight->offset};
    float* bias = is_normalized(cell) ? nullptr : gradients + parameters.bias->offset;
    if (share_a_pass(cell)) {
        const std::array both{of_input,
                              target(layer, *parameters.recurrent_weight, layer.hidden, gradients)};
        sum_up(pool, layer, input_columns(layer), both, bias);
    } else {
        sum_up(pool, layer, input_columns(layer), {&of_input, 1}, bias);
    }
}

}  // namespace carousel
