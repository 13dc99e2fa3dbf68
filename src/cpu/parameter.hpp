#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"
#include "model/parameter.hpp"

namespace carousel {

/// How a parameter lies in memory. Kernels read columns of sixteen (`k_panel`); the gates of a
/// recurrent layer are interleaved by blocks of sixteen units, so that the gates of one unit are
/// close together: column g H + u of the canonical matrix becomes lane u % 16 of panel G (u / 16) +
/// g.
enum class ParameterLayout : std::uint8_t {
    rows,         ///< (N, K): row n at n * leading_dimension(K)
    panels,       ///< (N, K): panel n / 16, then k, then lane n % 16
    gate_panels,  ///< (G H, K): the same with interleaved gates
    vector,       ///< (N)
    gate_vector,  ///< (G H), interleaved
};

/// A parameter and its place among the stored floats. Padding is zero and stays zero: its gradient
/// is zero because padded units and symbols never receive any.
struct StoredParameter : Parameter {
    ParameterLayout layout;
    std::int64_t offset;  ///< into the stored floats
    std::int64_t stored;  ///< floats with padding, a multiple of 16
};

/// The parameters of a recurrent layer; null where its cell has none.
struct LayerParameters {
    const StoredParameter *input_weight = nullptr, *bias = nullptr;
    const StoredParameter* recurrent_weight = nullptr;  ///< U, of h(t-1)
    const StoredParameter* mixed_weight = nullptr;      ///< V, of the mixed vector
    const StoredParameter* diagonal = nullptr;
    const StoredParameter* gain = nullptr;  ///< γ of cells that normalize
    /// The matrices of rounds: down and up of the first, of the second, ...
    std::span<const StoredParameter> rounds{};
    /// Those of attention.
    const StoredParameter *query = nullptr, *context = nullptr, *distance = nullptr;
    /// And those of a Transformer, which has a query too.
    const StoredParameter *attention_gain = nullptr, *key = nullptr, *value = nullptr,
                          *merge = nullptr;
    const StoredParameter *feedforward_gain = nullptr, *up = nullptr, *down = nullptr;
};

/// The parameters of a language model (`model_parameters`) and their places.
/// Weights, gradients and moments are each one array of `stored()` floats laid out in this way.
class ParameterList {
public:
    explicit ParameterList(const LanguageModelConfig& config);

    std::span<const StoredParameter> all() const { return parameters_; }
    const StoredParameter& embedding() const { return parameters_.front(); }
    LayerParameters layer(std::int64_t layer) const;
    /// Where the floats of a layer begin; behind them are those of the layers above and of the
    /// output.
    std::int64_t first_of_layer(std::int64_t layer) const {
        return parameters_[first_of_layer_[static_cast<std::size_t>(layer)]].offset;
    }
    /// Of a Transformer.
    const StoredParameter& output_gain() const { return parameters_[parameters_.size() - 3]; }
    const StoredParameter& output_weight() const { return parameters_[parameters_.size() - 2]; }
    const StoredParameter& output_bias() const { return parameters_.back(); }

    std::int64_t stored() const { return stored_; }  ///< floats with padding
    std::int64_t count() const;                      ///< numbers the model has, without padding

    /// Stored floats → canonical tensors.
    std::vector<NamedTensor> to_canonical(const float* stored) const;

    /// Canonical tensors → stored floats, padding zero.
    /// Throws: std::logic_error when names or shapes are not those of `all()`.
    void from_canonical(std::span<const NamedTensor> tensors, float* stored) const;

private:
    std::vector<StoredParameter> parameters_;
    std::vector<std::size_t> first_of_layer_;  // L + 1 places
    std::int64_t stored_ = 0;
};

}  // namespace carousel
