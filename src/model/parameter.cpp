#include "model/parameter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/cell_shapes.hpp"
#include "model/transformer.hpp"

namespace carousel {

namespace {

/// Collects the parameters of a model, layer by layer.
class Collector {
public:
    explicit Collector(const LanguageModelConfig& config)
        : config_(config), cell_(cell_shape(config.cell)) {}

    std::vector<Parameter> collect() {
        add_net();
        if (config_.direction == ReadingDirection::both) {
            net_ = k_backward_prefix;
            add_net();
        }
        return std::move(parameters_);
    }

private:
    using Role = ParameterRole;

    void add_net() {
        const auto v = config_.vocabulary_size, e = config_.embedding_size, h = config_.hidden_size;
        add(ParameterRole::embedding, "embedding.weight", {v, e});
        for (layer_ = 0; layer_ < config_.layers; ++layer_) {
            prefix_ = fmt::format("layers.{}.", layer_);
            if (is_transformer(config_)) {
                add_transformer_layer();
            } else {
                add_layer(layer_ == 0 ? e : h);
            }
        }
        prefix_.clear();
        layer_ = -1;
        if (is_transformer(config_)) add(ParameterRole::output_gain, "output.gain", {h});
        add(ParameterRole::output, "output.weight", {v, h});
        add(ParameterRole::output_bias, "output.bias", {v});
    }

    void add_layer(std::int64_t inputs) {
        const auto h = config_.hidden_size;
        gates(Role::input, "weight_ih", cell_.input.count, inputs);
        gates(Role::recurrent, "weight_hh", cell_.recurrent.count, h);
        gates(Role::mixed, "weight_vh", cell_.mixed.count, h);
        add_rounds(inputs);
        if (!cell_.clockwork) gates(Role::diagonal, "diagonal", cell_.diagonals);
        gates(Role::gain, "gain", gain_count(cell_));
        gates(Role::bias, "bias", cell_.gates);
        if (cell_.attention_span == 0) return;
        gates(Role::query, "attention.query", 1, h);
        gates(Role::context, "attention.context", 1, h);
        add(Role::distance, "attention.distance", {cell_.attention_span});
    }

    void add_transformer_layer() {
        const auto h = config_.hidden_size, wide = k_feedforward_width * h;
        add(Role::attention_gain, "attention.gain", {h});
        add(Role::query, "attention.query", {h, h});
        add(Role::key, "attention.key", {h, h});
        add(Role::value, "attention.value", {h, h});
        add(Role::merge, "attention.merge", {h, h});
        add(Role::feedforward_gain, "feedforward.gain", {h});
        add(Role::up, "feedforward.up", {wide, h});
        add(Role::down, "feedforward.down", {h, wide});
    }

    void add_rounds(std::int64_t inputs) {
        const auto h = config_.hidden_size, rank = round_rank(h);
        for (std::int64_t round = 1; round <= cell_.rounds; ++round) {
            const auto from = round % 2 == 1 ? h : inputs, to = round % 2 == 1 ? inputs : h;
            add(Role::round_down, fmt::format("round{}.down", round), {rank, from});
            add(Role::round_up, fmt::format("round{}.up", round), {to, rank});
        }
    }

    /// So many gates of H rows each, if there are any; a vector without columns.
    void gates(Role role, const char* name, std::int64_t count, std::int64_t columns = 0) {
        if (count == 0) return;
        std::vector<std::int64_t> shape{count * config_.hidden_size};
        if (columns > 0) shape.push_back(columns);
        add(role, name, std::move(shape));
        parameters_.back().gates = count;
    }

    void add(Role role, const std::string& name, std::vector<std::int64_t> shape) {
        const bool round = role == Role::round_down || role == Role::round_up;
        const bool step = role == Role::recurrent || role == Role::mixed;
        parameters_.push_back({.name = net_ + prefix_ + name,
                               .shape = std::move(shape),
                               .role = role,
                               .layer = layer_,
                               .is_sparse = role == Role::recurrent && cell_.clockwork,
                               .is_factor = round || (step && cell_.multiplies)});
    }

    const LanguageModelConfig& config_;
    const CellShape& cell_;
    std::vector<Parameter> parameters_;
    std::string net_, prefix_;
    std::int64_t layer_ = -1;
};

}  // namespace

std::int64_t Parameter::count() const {
    std::int64_t product = 1;
    for (const auto size : shape) product *= size;
    return product;
}

bool is_layer_matrix(const Parameter& parameter) {
    return parameter.layer >= 0 && parameter.is_matrix();
}

std::vector<Parameter> model_parameters(const LanguageModelConfig& config) {
    return Collector(config).collect();
}

std::vector<NamedTensor> expected_parameters(const LanguageModelConfig& config) {
    std::vector<NamedTensor> expected;
    for (auto& p : model_parameters(config))
        expected.push_back({std::move(p.name), std::move(p.shape), {}});
    return expected;
}

std::int64_t parameter_count(const LanguageModelConfig& config) {
    std::int64_t sum = 0;
    for (const auto& p : model_parameters(config)) sum += p.count();
    return sum;
}

std::int64_t multiplied_weights(const LanguageModelConfig& config) {
    const bool has_table = has_input_table(cell_shape(config.cell));
    std::int64_t sum = 0;
    for (const auto& p : model_parameters(config)) {
        const bool looked_up = has_table && p.layer == 0 && p.role == ParameterRole::input;
        if (is_layer_matrix(p) && !looked_up) sum += p.count();
    }
    return sum;
}

std::int64_t round_rank(std::int64_t hidden_size) {
    constexpr std::int64_t k_step = 16;
    const auto eighth = (hidden_size + 7) / 8;
    return std::min(hidden_size, (eighth + k_step - 1) / k_step * k_step);
}

}  // namespace carousel
