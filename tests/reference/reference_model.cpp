#include "reference/reference_model.hpp"

#include <algorithm>
#include <cmath>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace carousel {

namespace {

struct Step {
    std::vector<LayerStep> layers;
    Matrix output;         // what the output layer reads, after dropout
    Matrix probabilities;  // (B, V)
};

struct Layer {
    const Matrix& input_weight;
    Matrix recurrent_weight;  // what is left of it after dropout
    const Matrix& bias;
};

Layer layer_of(const ReferenceTensors& weights, const ReferenceMasks& masks, std::size_t l) {
    return {weights[1 + 3 * l], weights[2 + 3 * l] * masks.recurrent[l], weights[3 + 3 * l]};
}

Matrix product(const Matrix& a, const Matrix& b) {
    return xt::linalg::dot(a, b);
}
Matrix transposed(const Matrix& a) {
    return xt::transpose(a);
}
Matrix column_sums(const Matrix& a) {
    return xt::sum(a, {0}, xt::keep_dims);
}
Matrix zeros_like(const Matrix& a) {
    return xt::zeros<double>(a.shape());
}

LayerStep forward_layer_step(CellKind kind, const Layer& layer, const Matrix& input,
                             const Matrix& hidden, const Matrix& cell) {
    const Matrix a = product(input, transposed(layer.input_weight)) +
                     product(hidden, transposed(layer.recurrent_weight)) + layer.bias;
    LayerStep s = forward_cell(kind, a, cell);
    s.input = input;
    s.hidden_before = hidden;
    return s;
}

Matrix embed(const Matrix& embedding, const TokenIds& ids, std::size_t t, const Matrix& mask) {
    Matrix x({ids.shape(1), embedding.shape(1)});
    for (std::size_t b = 0; b < ids.shape(1); ++b) {
        xt::row(x, static_cast<std::ptrdiff_t>(b)) =
            mask(0, ids(t, b)) * xt::row(embedding, static_cast<std::ptrdiff_t>(ids(t, b)));
    }
    return x;
}

/// Whether the output layer reads the outputs of this layer.
bool reaches_output(const LanguageModelConfig& config, std::size_t layer) {
    return config.output_input == OutputInput::sum ||
           layer + 1 == static_cast<std::size_t>(config.layers);
}

std::vector<Step> forward(const ReferenceTensors& weights, const ReferenceWindow& window,
                          ReferenceResult& result) {
    const auto& [config, inputs, targets, state, masks] = window;
    const auto steps = inputs.shape(0), streams = inputs.shape(1);
    const auto layers = static_cast<std::size_t>(config.layers);
    const Matrix& output_weight = weights[weights.size() - 2];
    result.state = state;
    std::vector<Step> done;
    for (std::size_t t = 0; t < steps; ++t) {
        Step step;
        Matrix x = embed(weights[0], inputs, t, masks.symbols);
        Matrix sum = zeros_like(state.hidden[0]);
        for (std::size_t l = 0; l < layers; ++l) {
            auto& hidden = result.state.hidden[l];
            auto& cell = result.state.cell[l];
            step.layers.push_back(
                forward_layer_step(config.cell, layer_of(weights, masks, l), x, hidden, cell));
            hidden = step.layers.back().hidden;
            cell = step.layers.back().cell;
            if (reaches_output(config, l)) sum += hidden;
            if (l + 1 < layers) x = hidden * masks.between[l][t];
        }
        step.output = sum * masks.output[t];
        const Matrix logits = product(step.output, transposed(output_weight)) + weights.back();
        const Matrix largest = xt::amax(logits, {1}, xt::keep_dims);
        const Matrix powers = xt::exp(logits - largest);
        const Matrix sums = xt::sum(powers, {1}, xt::keep_dims);
        step.probabilities = powers / sums;
        for (std::size_t b = 0; b < streams; ++b) {
            const double chosen = logits(b, targets(t, b));
            result.loss += std::log(sums(b, 0)) + largest(b, 0) - chosen;
        }
        done.push_back(std::move(step));
    }
    result.loss /= static_cast<double>(steps * streams);
    return done;
}

}  // namespace

ReferenceTensors to_reference(std::span<const NamedTensor> tensors) {
    ReferenceTensors result;
    for (const auto& tensor : tensors) {
        const auto columns = static_cast<std::size_t>(tensor.shape.back());
        Matrix matrix({tensor.values.size() / columns, columns});
        std::copy(tensor.values.begin(), tensor.values.end(), matrix.begin());
        result.push_back(std::move(matrix));
    }
    return result;
}

ReferenceState reference_zeros(const LanguageModelConfig& config, std::size_t batch_size) {
    const Matrix zero =
        xt::zeros<double>({batch_size, static_cast<std::size_t>(config.hidden_size)});
    const std::vector<Matrix> layers(static_cast<std::size_t>(config.layers), zero);
    return {layers, layers};
}

ReferenceMasks reference_ones(const LanguageModelConfig& config, std::size_t steps,
                              std::size_t batch_size) {
    const auto h = static_cast<std::size_t>(config.hidden_size);
    const auto v = static_cast<std::size_t>(config.vocabulary_size);
    const auto layers = static_cast<std::size_t>(config.layers);
    const auto gates = config.cell == CellKind::cifg ? std::size_t{3} : std::size_t{4};
    const std::vector<Matrix> window(steps, xt::ones<double>({batch_size, h}));
    return {.symbols = xt::ones<double>({std::size_t{1}, v}),
            .between = std::vector(layers - 1, window),
            .output = window,
            .recurrent = std::vector<Matrix>(layers, xt::ones<double>({gates * h, h}))};
}

ReferenceResult reference_forward(const ReferenceTensors& weights, const ReferenceWindow& window) {
    ReferenceResult result;
    forward(weights, window, result);
    return result;
}

ReferenceResult reference_backward(const ReferenceTensors& weights, const ReferenceWindow& window) {
    ReferenceResult result;
    const auto done = forward(weights, window, result);
    const auto& [config, inputs, targets, state, masks] = window;
    const auto layers = static_cast<std::size_t>(config.layers), streams = inputs.shape(1);
    auto& grad = result.gradients;
    for (const auto& weight : weights) grad.push_back(zeros_like(weight));
    std::vector<Matrix> from_future_hidden, from_future_cell;
    for (const auto& hidden : state.hidden) {
        from_future_hidden.push_back(zeros_like(hidden));
        from_future_cell.push_back(zeros_like(hidden));
    }
    for (std::size_t t = done.size(); t-- > 0;) {
        const Step& step = done[t];
        Matrix grad_logits = step.probabilities;
        for (std::size_t b = 0; b < streams; ++b) grad_logits(b, targets(t, b)) -= 1.0;
        grad_logits /= static_cast<double>(done.size() * streams);
        grad[grad.size() - 2] += product(transposed(grad_logits), step.output);
        grad.back() += column_sums(grad_logits);
        const Matrix from_output =
            product(grad_logits, weights[weights.size() - 2]) * masks.output[t];
        Matrix grad_above;
        for (std::size_t l = layers; l-- > 0;) {
            const LayerStep& s = step.layers[l];
            const Layer layer = layer_of(weights, masks, l);
            Matrix grad_hidden = from_future_hidden[l];
            if (reaches_output(config, l)) grad_hidden += from_output;
            if (l + 1 < layers) grad_hidden += grad_above * masks.between[l][t];
            const Matrix tanh_cell = xt::tanh(s.cell);
            const Matrix grad_cell =
                grad_hidden * s.output_gate * (1.0 - tanh_cell * tanh_cell) + from_future_cell[l];
            const Matrix at_gates = backward_cell(config.cell, s, grad_hidden, grad_cell);
            from_future_cell[l] = grad_cell * s.forget_gate;
            from_future_hidden[l] = product(at_gates, layer.recurrent_weight);
            grad[1 + 3 * l] += product(transposed(at_gates), s.input);
            grad[2 + 3 * l] += product(transposed(at_gates), s.hidden_before) * masks.recurrent[l];
            grad[3 + 3 * l] += column_sums(at_gates);
            grad_above = product(at_gates, layer.input_weight);
        }
        for (std::size_t b = 0; b < streams; ++b) {
            const auto id = inputs(t, b);
            xt::row(grad[0], static_cast<std::ptrdiff_t>(id)) +=
                masks.symbols(0, id) * xt::row(grad_above, static_cast<std::ptrdiff_t>(b));
        }
    }
    return result;
}

double ReferenceAdam::update(ReferenceTensors& weights, ReferenceTensors gradients,
                             double learning_rate) {
    double squares = 0;
    for (const auto& g : gradients) squares += xt::sum(g * g)();
    const double norm = std::sqrt(squares);
    if (clip > 0 && norm > clip) {
        for (auto& g : gradients) g *= clip / norm;
    }
    if (step == 0) {
        for (const auto& g : gradients) first.push_back(zeros_like(g));
        second = first;
    }
    ++step;
    const double correction1 = 1.0 - std::pow(beta1, static_cast<double>(step));
    const double correction2 = 1.0 - std::pow(beta2, static_cast<double>(step));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Matrix& g = gradients[i];
        first[i] = beta1 * first[i] + (1.0 - beta1) * g;
        second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
        const Matrix mean = first[i] / correction1, variance = second[i] / correction2;
        const bool is_bias =
            i + 1 == weights.size() || (i > 0 && i + 2 < weights.size() && i % 3 == 0);
        if (!is_bias) weights[i] -= learning_rate * weight_decay * weights[i];
        weights[i] -= learning_rate * mean / (xt::sqrt(variance) + epsilon);
    }
    return norm;
}

}  // namespace carousel
