#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"

namespace carousel {

/// What the three parts of a language model are called in PyTorch: an `nn.Embedding`, an `nn.LSTM`,
/// `nn.GRU` or `nn.RNN`, and an `nn.Linear`.
struct PytorchNames {
    std::string embedding = "embedding";
    /// With `{}` in it the number of a layer, where each layer is a module of its own.
    std::string rnn = "rnn";
    std::string output = "output";
};

/// Why PyTorch's own layers cannot compute such a model, as a clause: "its cell, `peephole`, ...";
/// absent where they can.
std::optional<std::string> reason_against_pytorch(const LanguageModelConfig& config);

/// The module of PyTorch that computes the recurrent layers: `nn.LSTM`.
/// Range: a config that PyTorch can compute.
std::string_view pytorch_module(const LanguageModelConfig& config);

/// The weights as PyTorch's layers have them: `embedding.weight` (V, E); for each layer l
/// `rnn.weight_ih_l<l>` (G H, E or H), `rnn.weight_hh_l<l>` (G H, H), `rnn.bias_ih_l<l>` and
/// `rnn.bias_hh_l<l>` (G H), of which the gates get the sum; `output.weight` (V, H), `output.bias`
/// (V). The order of gates is PyTorch's: i f g o, or r z n.
///
/// Law: PyTorch computes the same, but for rounding; and `model_from_pytorch` gives the same bits
/// back. `cifg` becomes an LSTM whose input gate is fed by the negative weights of its forget gate:
/// σ(−a) = 1 − σ(a). What the output layer reads (`OutputInput`) no tensor can say.
/// Range: a config that PyTorch can compute, and its weights in canonical order.
std::vector<NamedTensor> to_pytorch(const LanguageModelConfig& config,
                                    std::span<const NamedTensor> weights);

}  // namespace carousel
