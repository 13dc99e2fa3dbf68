#pragma once

#include <span>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/parameter.hpp"
#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"

namespace carousel {

/// A stacked recurrent language model: what it is and its weights, nothing of how it is used.
///
/// ids (T, B) → embedding → L recurrent layers → output layer → logits (T, B, V). It is const while
/// it is used: `Inference` and `TruncatedBackpropagation` hold the buffers, `RecurrentState` is the
/// memory.
class LanguageModel {
public:
    /// Throws: std::logic_error when the weights are not those that the config implies, or no net
    /// can be as it says (model/transformer.hpp).
    LanguageModel(const LanguageModelConfig& config, std::span<const NamedTensor> weights);

    const LanguageModelConfig& config() const { return config_; }
    const ParameterList& parameters() const { return parameters_; }

    /// Canonical copies, in file order.
    std::vector<NamedTensor> weights() const { return parameters_.to_canonical(values_.data()); }
    /// What a clockwork may not have becomes zero.
    void set_weights(std::span<const NamedTensor> weights);

    /// The stored floats, laid out as `parameters()` says.
    float* values() { return values_.data(); }
    const float* values() const { return values_.data(); }
    const float* values(const StoredParameter& p) const { return values_.data() + p.offset; }

    /// The periods of a clockwork's units, padded; null for other cells.
    const float* clock_periods() const { return periods_.data(); }
    /// 1 where a sparse parameter may be other than zero, laid out as it is.
    const float* connections(const StoredParameter& p) const {
        return p.is_sparse ? connections_.data() : nullptr;
    }

private:
    LanguageModelConfig config_;
    ParameterList parameters_;
    Buffer values_, periods_, connections_;
};

}  // namespace carousel
