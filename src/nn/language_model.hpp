#pragma once

#include <span>
#include <vector>

#include "nn/language_model_config.hpp"
#include "nn/named_tensor.hpp"
#include "nn/parameter.hpp"
#include "tensor/buffer.hpp"

namespace carousel {

/// A stacked recurrent language model: what it is and its weights, nothing of how it is used.
///
/// ids (T, B) → embedding → L recurrent layers → output layer → logits (T, B, V). It is const while
/// it is used: `Inference` and `TruncatedBackpropagation` hold the buffers, `RecurrentState` is the
/// memory.
class LanguageModel {
public:
    /// Throws: std::logic_error when the weights are not those that the config implies.
    LanguageModel(const LanguageModelConfig& config, std::span<const NamedTensor> weights);

    const LanguageModelConfig& config() const { return config_; }
    const ParameterList& parameters() const { return parameters_; }

    /// Canonical copies, in file order.
    std::vector<NamedTensor> weights() const { return parameters_.to_canonical(values_.data()); }
    void set_weights(std::span<const NamedTensor> weights) {
        parameters_.from_canonical(weights, values_.data());
    }

    /// The stored floats, laid out as `parameters()` says.
    float* values() { return values_.data(); }
    const float* values() const { return values_.data(); }
    const float* values(const Parameter& p) const { return values_.data() + p.offset; }

private:
    LanguageModelConfig config_;
    ParameterList parameters_;
    Buffer values_;
};

}  // namespace carousel
