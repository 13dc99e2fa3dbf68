#include "cpu/parameter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernels/kernels.hpp"

namespace carousel {

namespace {

std::int64_t stored_size(const StoredParameter& p) {
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
void for_each_element(const StoredParameter& p, Visit visit) {
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

ParameterLayout layout_of(const Parameter& p) {
    if (p.role == ParameterRole::embedding) return ParameterLayout::rows;
    if (p.is_matrix()) return p.layer >= 0 ? ParameterLayout::gate_panels : ParameterLayout::panels;
    return p.gates > 1 ? ParameterLayout::gate_vector : ParameterLayout::vector;
}

// Where `layer` puts a parameter; null for those of rounds.
const StoredParameter* LayerParameters::*member_of(ParameterRole role) {
    switch (role) {
        case ParameterRole::input:
            return &LayerParameters::input_weight;
        case ParameterRole::recurrent:
            return &LayerParameters::recurrent_weight;
        case ParameterRole::mixed:
            return &LayerParameters::mixed_weight;
        case ParameterRole::diagonal:
            return &LayerParameters::diagonal;
        case ParameterRole::gain:
            return &LayerParameters::gain;
        case ParameterRole::bias:
            return &LayerParameters::bias;
        case ParameterRole::query:
            return &LayerParameters::query;
        case ParameterRole::context:
            return &LayerParameters::context;
        case ParameterRole::distance:
            return &LayerParameters::distance;
        case ParameterRole::attention_gain:
            return &LayerParameters::attention_gain;
        case ParameterRole::key:
            return &LayerParameters::key;
        case ParameterRole::value:
            return &LayerParameters::value;
        case ParameterRole::merge:
            return &LayerParameters::merge;
        case ParameterRole::feedforward_gain:
            return &LayerParameters::feedforward_gain;
        case ParameterRole::up:
            return &LayerParameters::up;
        case ParameterRole::down:
            return &LayerParameters::down;
        default:
            return nullptr;
    }
}

}  // namespace

ParameterList::ParameterList(const LanguageModelConfig& config) {
    for (auto& parameter : model_parameters(config)) {
        const bool begins = !parameters_.empty() && parameter.layer != parameters_.back().layer;
        if (begins) first_of_layer_.push_back(parameters_.size());
        const auto layout = layout_of(parameter);
        StoredParameter p{{std::move(parameter)}, layout, stored_, 0};
        p.stored = padded(stored_size(p));
        stored_ += p.stored;
        parameters_.push_back(std::move(p));
    }
}

LayerParameters ParameterList::layer(std::int64_t layer) const {
    const auto at = static_cast<std::size_t>(layer);
    LayerParameters found;
    for (auto i = first_of_layer_[at]; i < first_of_layer_[at + 1]; ++i) {
        const auto& p = parameters_[i];
        if (const auto member = member_of(p.role)) {
            found.*member = &p;
        } else {  // of a round: they follow each other
            found.rounds = {found.rounds.empty() ? &p : found.rounds.data(),
                            found.rounds.size() + 1};
        }
    }
    return found;
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

}  // namespace carousel
