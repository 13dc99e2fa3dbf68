#include "cpu/parameter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernels/kernels.hpp"

namespace carousel {

namespace {

std::int64_t stored_size(const Parameter& p) {
    const auto n = p.shape.front();
    switch (p.layout) {
        case ParameterLayout::rows:
            return n * leading_dimension(p.shape[1]);
        case ParameterLayout::panels:
            return padded(n) * p.shape[1];
        case ParameterLayout::gate_panels:
            return p.gates * padded(n / p.gates) * p.shape[1];
        case ParameterLayout::vector:
            return padded(n);
        case ParameterLayout::gate_vector:
            return p.gates * padded(n / p.gates);
    }
    throw std::logic_error("unknown parameter layout");
}

// Calls visit(canonical index, stored index) for each element, in canonical order.
template <typename Visit>
void for_each_element(const Parameter& p, Visit visit) {
    const auto n_count = p.shape.front();
    const auto k_count = p.is_matrix() ? p.shape[1] : 1;
    const auto hidden = n_count / p.gates;
    const auto row = leading_dimension(k_count);
    for (std::int64_t n = 0; n < n_count; ++n) {
        const auto gate = n / hidden, unit = n % hidden;
        const auto column =
            p.gates == 1 ? n : (unit / k_panel * p.gates + gate) * k_panel + unit % k_panel;
        for (std::int64_t k = 0; k < k_count; ++k) {
            std::int64_t at = column;
            if (p.layout == ParameterLayout::rows) {
                at = n * row + k;
            } else if (p.is_matrix()) {
                at = (column / k_panel * k_count + k) * k_panel + column % k_panel;
            }
            visit(n * k_count + k, p.offset + at);
        }
    }
}

}  // namespace

std::int64_t Parameter::count() const {
    std::int64_t product = 1;
    for (const auto size : shape) product *= size;
    return product;
}

ParameterList::ParameterList(const LanguageModelConfig& config) {
    using Layer = LayerParameters;
    const auto& cell = cell_shape(config.cell);
    const auto v = config.vocabulary_size, e = config.embedding_size, h = config.hidden_size;
    std::string prefix;
    const auto matrix = [&](LayerMember member, const char* name, std::int64_t gates,
                            std::int64_t columns) {
        if (gates > 0)
            append(member, prefix + name, {gates * h, columns}, ParameterLayout::gate_panels,
                   gates);
    };
    const auto vector = [&](LayerMember member, const char* name, std::int64_t gates) {
        if (gates > 0)
            append(member, prefix + name, {gates * h}, ParameterLayout::gate_vector, gates);
    };
    append(nullptr, "embedding.weight", {v, e}, ParameterLayout::rows, 1);
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        prefix = fmt::format("layers.{}.", layer);
        first_of_layer_.push_back(parameters_.size());
        const auto inputs = layer == 0 ? e : h, rank = round_rank(h);
        matrix(&Layer::input_weight, "weight_ih", cell.input.count, inputs);
        matrix(&Layer::recurrent_weight, "weight_hh", cell.recurrent.count, h);
        parameters_.back().is_sparse = cell.clockwork;
        parameters_.back().is_factor = cell.multiplies;
        matrix(&Layer::mixed_weight, "weight_vh", cell.mixed.count, h);
        parameters_.back().is_factor = cell.multiplies;
        for (std::int64_t round = 1; round <= cell.rounds; ++round) {
            const auto from = round % 2 == 1 ? h : inputs, to = round % 2 == 1 ? inputs : h;
            append(nullptr, fmt::format("{}round{}.down", prefix, round), {rank, from},
                   ParameterLayout::gate_panels, 1);
            parameters_.back().is_factor = true;
            append(nullptr, fmt::format("{}round{}.up", prefix, round), {to, rank},
                   ParameterLayout::gate_panels, 1);
            parameters_.back().is_factor = true;
        }
        if (!cell.clockwork) vector(&Layer::diagonal, "diagonal", cell.diagonals);
        vector(&Layer::gain, "gain", gain_count(cell));
        vector(&Layer::bias, "bias", cell.gates);
        if (const auto span = cell.attention_span; span > 0) {
            matrix(&Layer::query, "attention.query", 1, h);
            matrix(&Layer::context, "attention.context", 1, h);
            append(&Layer::distance, prefix + "attention.distance", {span}, ParameterLayout::vector,
                   1);
        }
    }
    first_of_layer_.push_back(parameters_.size());
    append(nullptr, "output.weight", {v, h}, ParameterLayout::panels, 1);
    append(nullptr, "output.bias", {v}, ParameterLayout::vector, 1);
}

LayerParameters ParameterList::layer(std::int64_t layer) const {
    const auto at = static_cast<std::size_t>(layer);
    LayerParameters found;
    for (auto i = first_of_layer_[at]; i < first_of_layer_[at + 1]; ++i) {
        if (const auto member = members_[i]) {
            found.*member = &parameters_[i];
        } else {
            const auto before = found.rounds.size();
            found.rounds = {&parameters_[i - before], before + 1};
        }
    }
    return found;
}

void ParameterList::append(LayerMember member, std::string name, std::vector<std::int64_t> shape,
                           ParameterLayout layout, std::int64_t gates) {
    Parameter p{std::move(name), std::move(shape), layout, gates, stored_, 0, false};
    p.stored = padded(stored_size(p));
    stored_ += p.stored;
    parameters_.push_back(std::move(p));
    members_.push_back(member);
}

std::int64_t ParameterList::count() const {
    std::int64_t sum = 0;
    for (const auto& p : parameters_) sum += p.count();
    return sum;
}

std::vector<NamedTensor> ParameterList::to_canonical(const float* stored) const {
    std::vector<NamedTensor> tensors;
    tensors.reserve(parameters_.size());
    for (const auto& p : parameters_) {
        NamedTensor tensor{p.name, p.shape,
                           std::vector<float>(static_cast<std::size_t>(p.count()))};
        for_each_element(p, [&](std::int64_t canonical, std::int64_t at) {
            tensor.values[static_cast<std::size_t>(canonical)] = stored[at];
        });
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

void ParameterList::from_canonical(std::span<const NamedTensor> tensors, float* stored) const {
    if (tensors.size() != parameters_.size()) throw std::logic_error("wrong number of parameters");
    std::fill_n(stored, stored_, 0.0F);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto& p = parameters_[i];
        const auto& tensor = tensors[i];
        if (tensor.name != p.name || tensor.shape != p.shape ||
            tensor.values.size() != static_cast<std::size_t>(p.count())) {
            throw std::logic_error(
                fmt::format("parameter {} has another name, shape or size", p.name));
        }
        for_each_element(p, [&](std::int64_t canonical, std::int64_t at) {
            stored[at] = tensor.values[static_cast<std::size_t>(canonical)];
        });
    }
}

std::int64_t round_rank(std::int64_t hidden_size) {
    return std::min(hidden_size, padded((hidden_size + 7) / 8));
}

std::int64_t multiplied_weights(const LanguageModelConfig& config) {
    const ParameterList list(config);
    std::int64_t sum = 0;
    for (const auto& p : list.all())
        sum += p.layout == ParameterLayout::gate_panels ? p.count() : 0;
    const bool has_table = has_input_table(cell_shape(config.cell));
    return has_table ? sum - list.layer(0).input_weight->count() : sum;
}

std::vector<NamedTensor> expected_parameters(const LanguageModelConfig& config) {
    std::vector<NamedTensor> expected;
    const ParameterList list(config);
    for (const auto& p : list.all()) expected.push_back({p.name, p.shape, {}});
    return expected;
}

}  // namespace carousel
