#include "reference/reference_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "cpu/parameter.hpp"
#include "model/recurrent_state.hpp"
#include "model/transformer.hpp"
#include "reference/reference_cell.hpp"
#include "reference/reference_transformer.hpp"

namespace carousel {

namespace {

/// The parameters on a tape, by name.
class Parameters {
public:
    Parameters(Tape& tape, const LanguageModelConfig& config, const ReferenceTensors& weights) {
        const auto names = expected_parameters(config);
        for (std::size_t i = 0; i < names.size(); ++i) {
            values_.push_back(tape.leaf(weights.at(i)));
            by_name_[names[i].name] = values_.back();
        }
    }
    const Value& operator[](const std::string& name) const { return by_name_.at(name); }

    LayerWeights layer(std::size_t l, const ReferenceMasks& masks, bool truncated) const {
        const auto find = [&](const std::string& name) {
            const auto found = by_name_.find(fmt::format("layers.{}.{}", l, name));
            return found == by_name_.end() ? Value() : found->second;
        };
        const auto dropped = [&](const char* name, const std::vector<Matrix>& mask) {
            const Value weight = find(name);
            return weight ? weight * weight.tape().leaf(mask[l]) : weight;
        };
        LayerWeights weights{.W = find("weight_ih"),
                             .U = dropped("weight_hh", masks.weight_hh),
                             .V = dropped("weight_vh", masks.weight_vh),
                             .p = find("diagonal"),
                             .g = find("gain"),
                             .b = find("bias"),
                             .Q = find("attention.query"),
                             .M = find("attention.context"),
                             .r = find("attention.distance"),
                             .truncated = truncated};
        for (int round = 1; const Value down = find(fmt::format("round{}.down", round)); ++round) {
            weights.down.push_back(down);
            weights.up.push_back(find(fmt::format("round{}.up", round)));
        }
        return weights;
    }

    TransformerWeights transformer_layer(std::size_t l) const {
        const auto find = [&](const char* name) {
            return by_name_.at(fmt::format("layers.{}.{}", l, name));
        };
        return {.g = find("attention.gain"),
                .Q = find("attention.query"),
                .K = find("attention.key"),
                .V = find("attention.value"),
                .M = find("attention.merge"),
                .g_f = find("feedforward.gain"),
                .up = find("feedforward.up"),
                .down = find("feedforward.down")};
    }

    ReferenceTensors gradients() const {
        ReferenceTensors all;
        for (const auto& value : values_) all.push_back(value.gradient());
        return all;
    }

private:
    std::vector<Value> values_;
    std::map<std::string, Value> by_name_;
};

/// Whether the output layer reads the outputs of this layer.
bool reaches_output(const LanguageModelConfig& config, std::size_t layer) {
    return config.output_input == OutputInput::sum ||
           layer + 1 == static_cast<std::size_t>(config.layers);
}

std::span<const TokenId> row(const TokenIds& ids, std::size_t t) {
    return {ids.data() + t * ids.shape(1), ids.shape(1)};
}

/// The loss of step t, summed over the streams.
Value loss_of_step(const Parameters& weights, const ReferenceWindow& window, std::size_t t,
                   const Value& output) {
    const Value dropped = output * output.tape().leaf(window.masks.output[t]);
    const Value logits = product(weights["output.weight"], dropped) + weights["output.bias"];
    return cross_entropy(logits, row(window.targets, t));
}

Value mean_loss(const ReferenceWindow& window, const Value& sum) {
    return 1.0 / static_cast<double>(window.inputs.size()) * sum;
}

Value forward_transformer(Tape& tape, const Parameters& weights, const ReferenceWindow& window,
                          ReferenceState& after) {
    std::vector<TransformerWeights> layers;
    for (std::size_t l = 0; l < window.state.hidden.size(); ++l)
        layers.push_back(weights.transformer_layer(l));
    ReferenceTransformer net(tape, window.config, std::move(layers), weights["output.gain"],
                             window.state.hidden, window.state.states);
    const Value embedding = weights["embedding.weight"] * tape.leaf(window.masks.symbols);
    Value loss = tape.leaf(xt::zeros<double>({1, 1}));
    for (std::size_t t = 0; t < window.inputs.shape(0); ++t) {
        const Value output = net.step(rows(embedding, row(window.inputs, t)), [&](auto part) {
            return tape.leaf(window.masks.between[part][t]);
        });
        loss = loss + loss_of_step(weights, window, t, output);
    }
    after = {net.hidden(), net.states()};
    return mean_loss(window, loss);
}

/// Returns the loss; `carried` goes from the state before the window to the one after it.
Value forward(Tape& tape, const Parameters& weights, const ReferenceWindow& window,
              std::vector<CellStep>& carried) {
    const auto& [config, inputs, targets, state, masks, truncated] = window;
    const auto steps = inputs.shape(0), streams = inputs.shape(1);
    std::vector<LayerWeights> layers;
    for (std::size_t l = 0; l < state.hidden.size(); ++l) {
        layers.push_back(weights.layer(l, masks, truncated));
        carried.push_back({tape.leaf(state.hidden[l]), tape.leaf(state.states[l])});
    }
    const Value embedding = weights["embedding.weight"] * tape.leaf(masks.symbols);
    Value loss = tape.leaf(xt::zeros<double>({1, 1}));
    for (std::size_t t = 0; t < steps; ++t) {
        CellInput below{rows(embedding, row(inputs, t)),
                        tape.leaf(xt::zeros<double>(state.states[0].shape()))};
        Value sum =
            tape.leaf(xt::zeros<double>({streams, static_cast<std::size_t>(config.hidden_size)}));
        for (std::size_t l = 0; l < layers.size(); ++l) {
            carried[l] = forward_cell(config.cell, layers[l], below, carried[l]);
            const Value output = carried[l].output ? carried[l].output : carried[l].hidden;
            if (reaches_output(config, l)) sum = sum + output;
            if (l + 1 < layers.size())
                below = {output * tape.leaf(masks.between[l][t]), carried[l].states};
        }
        loss = loss + loss_of_step(weights, window, t, sum);
    }
    return mean_loss(window, loss);
}

Value forward_cells(Tape& tape, const Parameters& weights, const ReferenceWindow& window,
                    ReferenceResult& after) {
    std::vector<CellStep> carried;
    const Value loss = forward(tape, weights, window, carried);
    for (const auto& layer : carried) {
        after.state.hidden.push_back(layer.hidden.matrix());
        after.state.states.push_back(layer.states.matrix());
        after.signals.push_back(layer.signals.matrix());
    }
    return loss;
}

enum class Pass { forward, both };

ReferenceResult run(const ReferenceTensors& weights, const ReferenceWindow& window, Pass pass) {
    Tape tape;
    const Parameters parameters(tape, window.config, weights);
    ReferenceResult result;
    const Value loss = is_transformer(window.config)
                           ? forward_transformer(tape, parameters, window, result.state)
                           : forward_cells(tape, parameters, window, result);
    result.loss = loss.matrix()(0, 0);
    if (pass == Pass::both) {
        tape.backward(loss);
        result.gradients = parameters.gradients();
    }
    return result;
}

// Newton–Schulz with three polynomials for [0.01, 1], after Amsel et al. 2025.
Matrix orthogonalized(const Matrix& d) {
    constexpr std::array<std::array<double, 3>, 3> k_polynomials{
        {{8.0934, -23.6204, 17.4462}, {3.6366, -2.7219, 0.5365}, {2.6613, -1.9772, 0.4526}}};
    const Matrix gram = xt::linalg::dot(xt::transpose(d), d);
    const double norm = std::sqrt(std::sqrt(xt::sum(gram * gram)()));
    if (norm == 0) return d;
    Matrix x = d / norm;
    for (const auto& [one, third, fifth] : k_polynomials) {
        const Matrix a = xt::linalg::dot(xt::transpose(x), x);
        const Matrix squared = xt::linalg::dot(a, a);
        const Matrix factor = one * xt::eye<double>(a.shape(0)) + third * a + fifth * squared;
        x = xt::linalg::dot(x, factor);
    }
    return x;
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
    const auto widths = state_widths(config);
    const auto layers = static_cast<std::size_t>(config.layers);
    const auto zeros = [&](std::int64_t columns) {
        return std::vector<Matrix>(
            layers, xt::zeros<double>({batch_size, static_cast<std::size_t>(columns)}));
    };
    return {zeros(widths.hidden), zeros(widths.states)};
}

ReferenceMasks reference_ones(const LanguageModelConfig& config, std::size_t steps,
                              std::size_t batch_size) {
    const auto h = static_cast<std::size_t>(config.hidden_size);
    const auto v = static_cast<std::size_t>(config.vocabulary_size);
    const auto layers = static_cast<std::size_t>(config.layers);
    const auto shape = cell_shape(config.cell);
    const std::vector<Matrix> window(steps, xt::ones<double>({batch_size, h}));
    const auto gates = [&](const GateRange& range) {
        const auto rows = static_cast<std::size_t>(range.count) * h;
        return std::vector<Matrix>(layers, xt::ones<double>({rows, h}));
    };
    return {.symbols = xt::ones<double>({v, std::size_t{1}}),
            .between = std::vector(is_transformer(config) ? 2 * layers : layers - 1, window),
            .output = window,
            .weight_hh = gates(shape.recurrent),
            .weight_vh = gates(shape.mixed)};
}

ReferenceResult reference_forward(const ReferenceTensors& weights, const ReferenceWindow& window) {
    return run(weights, window, Pass::forward);
}

ReferenceResult reference_backward(const ReferenceTensors& weights, const ReferenceWindow& window) {
    return run(weights, window, Pass::both);
}

std::vector<bool> reference_matrices(const LanguageModelConfig& config) {
    std::vector<bool> matrices;
    for (const auto& tensor : expected_parameters(config))
        matrices.push_back(tensor.shape.size() == 2);
    return matrices;
}

std::vector<double> reference_muon_scales(const LanguageModelConfig& config) {
    const auto contains = [](const std::string& name, const char* part) {
        return name.find(part) != std::string::npos;
    };
    std::vector<double> scales;
    for (const auto& [name, shape, values] : expected_parameters(config)) {
        const bool is_sparse = cell_shape(config.cell).clockwork && contains(name, "weight_hh");
        const bool is_muons = shape.size() == 2 && contains(name, "layers.") && !is_sparse;
        const bool is_factor = contains(name, "round") ||
                               (config.cell == CellKind::mlstm && !contains(name, "weight_ih"));
        const double part = is_factor ? 0.3 * 0.5 : 0.5;
        scales.push_back(
            is_muons ? part * std::sqrt(static_cast<double>(std::max(shape[0], shape[1]))) : 0);
    }
    return scales;
}

double ReferenceOptimizer::update(ReferenceTensors& weights, ReferenceTensors gradients,
                                  double learning_rate) {
    double squares = 0;
    for (const auto& g : gradients) squares += xt::sum(g * g)();
    const double norm = std::sqrt(squares);
    if (clip > 0 && norm > clip) {
        for (auto& g : gradients) g *= clip / norm;
    }
    if (step == 0) {
        for (const auto& g : gradients) first.emplace_back(xt::zeros<double>(g.shape()));
        second = first;
    }
    ++step;
    const double correction1 = 1.0 - std::pow(beta1, static_cast<double>(step));
    const double correction2 = 1.0 - std::pow(beta2, static_cast<double>(step));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Matrix& g = gradients[i];
        if (decays.at(i)) weights[i] -= learning_rate * weight_decay * weights[i];
        if (!muon.empty() && muon.at(i) > 0) {
            first[i] = momentum * first[i] + (1.0 - momentum) * g;
            const Matrix d = momentum * first[i] + (1.0 - momentum) * g;
            weights[i] -= learning_rate * muon[i] * orthogonalized(d);
            continue;
        }
        first[i] = beta1 * first[i] + (1.0 - beta1) * g;
        second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
        const Matrix mean = first[i] / correction1, variance = second[i] / correction2;
        weights[i] -= learning_rate * mean / (xt::sqrt(variance) + epsilon);
    }
    return norm;
}

}  // namespace carousel
