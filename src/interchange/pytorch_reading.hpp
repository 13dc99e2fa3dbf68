#pragma once

#include <string>
#include <vector>

#include "interchange/pytorch_layout.hpp"
#include "interchange/safetensors.hpp"

namespace carousel {

/// A model that PyTorch's layers were read as.
struct PytorchModel {
    LanguageModelConfig config;
    std::vector<NamedTensor> weights;  ///< in canonical order
    std::vector<std::string> notes;    ///< what was supplied or is not as usual, whole sentences
};

/// What is done with tensors that belong to none of the three parts.
enum class OtherTensors : std::uint8_t { refuse, ignore };

/// Reads the weights of `names` as a model: the number of gates tells the cell (four lstm, three
/// gru, one rnn; `cifg` where an LSTM's input gate is exactly the complement of its forget gate),
/// and the shapes tell the sizes. Biases may be missing, which are then zeros; without an embedding
/// layer 0 reads one-hot vectors, and gets the identity as its embedding; without `output.weight`
/// it is that of the embedding, as with tied weights. A layer may also be an `nn.LSTMCell`.
/// Law: the model computes what PyTorch computes, but for rounding. `nn.RNN` is taken to squash
/// with tanh, as it does unless it was told otherwise. Throws: std::invalid_argument with a clause:
/// a tensor is missing or has another shape; layers go both ways, have a projection or different
/// sizes; a tensor is left over, and `others` refuses.
PytorchModel model_from_pytorch(const Safetensors& file, const PytorchNames& names,
                                OtherTensors others);

}  // namespace carousel
