#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"

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

/// One parameter of the model and its place among the stored floats. Padding is zero and stays
/// zero: its gradient is zero because padded units and symbols never receive any.
struct Parameter {
    std::string name;
    std::vector<std::int64_t> shape;  ///< canonical, see NamedTensor
    ParameterLayout layout;
    std::int64_t gates;      ///< G for the gate layouts, else 1
    std::int64_t offset;     ///< into the stored floats
    std::int64_t stored;     ///< floats with padding, a multiple of 16
    bool is_sparse = false;  ///< some elements are zero for good (`cpu/clockwork.hpp`)
    bool is_factor = false;  ///< one of two that only their product counts
    bool is_matrix() const { return shape.size() == 2; }
    std::int64_t count() const;
};

/// The parameters of a recurrent layer; null where its cell has none.
struct LayerParameters {
    const Parameter *input_weight = nullptr, *bias = nullptr;
    const Parameter* recurrent_weight = nullptr;  ///< U, of h(t-1)
    const Parameter* mixed_weight = nullptr;      ///< V, of the mixed vector
    const Parameter* diagonal = nullptr;
    const Parameter* gain = nullptr;  ///< γ of cells that normalize
    /// Of cells with rounds: down and up of the first, of the second, ...
    std::span<const Parameter> rounds{};
    const Parameter *query = nullptr, *context = nullptr, *distance = nullptr;  ///< of attention
};

/// The parameters of a language model in file order:
/// `embedding.weight` (V, E); for each layer l `layers.l.weight_ih` (G_i H, E or H),
/// `layers.l.weight_hh` (G_r H, H), `layers.l.weight_vh` (G_m H, H), for each round r of the cell
/// `layers.l.round<r>.down` (K, H) and `.up` (E or H, K), or, of even r, (K, E or H) and (H, K),
/// `layers.l.diagonal` (P H), `layers.l.gain` (`gain_count` H), `layers.l.bias` (G H), with the
/// numbers of gates of the cell's ranges (`CellShape`) and without those that are zero; of cells
/// with attention `layers.l.attention.query` (H, H), `layers.l.attention.context` (H, H),
/// `layers.l.attention.distance` (N); `output.weight` (V, H), `output.bias` (V).
/// Weights, gradients and moments are each one array of `stored()` floats laid out in this way.
class ParameterList {
public:
    explicit ParameterList(const LanguageModelConfig& config);

    std::span<const Parameter> all() const { return parameters_; }
    const Parameter& embedding() const { return parameters_.front(); }
    LayerParameters layer(std::int64_t layer) const;
    const Parameter& output_weight() const { return parameters_[parameters_.size() - 2]; }
    const Parameter& output_bias() const { return parameters_.back(); }

    std::int64_t stored() const { return stored_; }  ///< floats with padding
    std::int64_t count() const;                      ///< numbers the model has, without padding

    /// Stored floats → canonical tensors.
    std::vector<NamedTensor> to_canonical(const float* stored) const;

    /// Canonical tensors → stored floats, padding zero.
    /// Throws: std::logic_error when names or shapes are not those of `all()`.
    void from_canonical(std::span<const NamedTensor> tensors, float* stored) const;

private:
    /// Where `layer` puts a parameter; null for those of rounds and of no layer.
    using LayerMember = const Parameter* LayerParameters::*;
    void append(LayerMember member, std::string name, std::vector<std::int64_t> shape,
                ParameterLayout layout, std::int64_t gates);

    std::vector<Parameter> parameters_;
    std::vector<LayerMember> members_;         // of each parameter
    std::vector<std::size_t> first_of_layer_;  // L + 1 places
    std::int64_t stored_ = 0;
};

/// Rank K of the products in the rounds of a cell: an eighth of H in whole panels, at most H.
/// A round then has an eighth of the weights of a gate.
std::int64_t round_rank(std::int64_t hidden_size);

/// Weights of the recurrent layers that every symbol is multiplied with: all their matrices but the
/// W of layer 0 where its products are a table (`InputTable`).
std::int64_t multiplied_weights(const LanguageModelConfig& config);

/// Names and shapes of the parameters that a configuration implies, without values.
std::vector<NamedTensor> expected_parameters(const LanguageModelConfig& config);

}  // namespace carousel
