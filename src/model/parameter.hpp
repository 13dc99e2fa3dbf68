#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"

namespace carousel {

/// What a parameter does in the model. First weights, optimizer and dropout choose by it.
enum class ParameterRole : std::uint8_t {
    embedding,
    input,       ///< W, from what a layer reads to its gates
    recurrent,   ///< U, from h(t-1) to the gates
    mixed,       ///< V, from the mixed vector to the gates
    round_down,  ///< of a round: to its few numbers,
    round_up,    ///< and from these to the scales
    diagonal,    ///< of a unit's own states
    gain,        ///< γ of a normalized sum
    bias,        ///< of the gates
    query,       ///< of attention: from h(t) to what outputs are compared with,
    context,     ///< from their weighted sum to the output,
    distance,    ///< and what is added for how long ago they were
    key,         ///< of a Transformer: what queries are compared with,
    value,       ///< what is summed up by that,
    merge,       ///< from these sums of all heads to what attention adds,
    up,          ///< into the feedforward net,
    down,        ///< and out of it; γ of what attention,
    attention_gain,
    feedforward_gain,  ///< the feedforward net
    output_gain,       ///< and the output layer read
    output,
    output_bias,
};

/// One parameter of a model as files and every machine see it; where it lies in memory is the
/// machine's own affair.
struct Parameter {
    std::string name;                 ///< for example `layers.0.weight_hh`
    std::vector<std::int64_t> shape;  ///< (N, K) or (N)
    ParameterRole role;
    std::int64_t layer = -1;  ///< -1: of none
    std::int64_t gates = 1;   ///< N is so many times H: one gate on top of the other
    bool is_sparse = false;   ///< some elements are zero for good
    bool is_factor = false;   ///< one of two that only their product counts

    bool is_matrix() const { return shape.size() == 2; }
    std::int64_t count() const;
};

/// Whether every symbol is multiplied with it in a recurrent layer: its matrices, not its vectors.
bool is_layer_matrix(const Parameter& parameter);

/// With this the names of the second net's parameters begin in a model of two (model/two_nets.hpp).
inline constexpr std::string_view k_backward_prefix = "backward.";

/// The parameters of a language model in file order:
/// `embedding.weight` (V, E); for each layer l `layers.l.weight_ih` (G_i H, E or H),
/// `layers.l.weight_hh` (G_r H, H), `layers.l.weight_vh` (G_m H, H), for each round r of the cell
/// `layers.l.round<r>.down` (K, H) and `.up` (E or H, K), or, of even r, (K, E or H) and (H, K),
/// `layers.l.diagonal` (P H), `layers.l.gain` (`gain_count` H), `layers.l.bias` (G H), with the
/// numbers of gates of the cell's ranges (`CellShape`) and without those that are zero; of cells
/// with attention `layers.l.attention.query` (H, H), `layers.l.attention.context` (H, H),
/// `layers.l.attention.distance` (N); `output.weight` (V, H), `output.bias` (V).
/// Of a Transformer each layer has `attention.gain` (H), `attention.query`, `.key`, `.value` and
/// `.merge` (H, H), `feedforward.gain` (H), `feedforward.up` (4 H, H) and `.down` (H, 4 H), and
/// `output.gain` (H) stands before `output.weight`. Of a model of two nets then those of the
/// second one, `backward.embedding.weight` and so on (model/two_nets.hpp).
std::vector<Parameter> model_parameters(const LanguageModelConfig& config);

/// The same names and shapes as tensors without values.
std::vector<NamedTensor> expected_parameters(const LanguageModelConfig& config);

/// Numbers that a model has.
std::int64_t parameter_count(const LanguageModelConfig& config);

/// Weights of the recurrent layers that every symbol is multiplied with: all their matrices but the
/// W of layer 0 where its products are the same wherever a symbol stands (`has_input_table`).
std::int64_t multiplied_weights(const LanguageModelConfig& config);

/// Rank K of the products in the rounds of a cell: an eighth of H, rounded up to sixteens, at most
/// H. A round then has an eighth of the weights of a gate.
std::int64_t round_rank(std::int64_t hidden_size);

}  // namespace carousel
