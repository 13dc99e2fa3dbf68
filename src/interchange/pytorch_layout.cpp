#include "interchange/pytorch_layout.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace carousel {

namespace {

/// What a cell does that no layer of PyTorch does; empty where one does it.
std::string_view strange_arithmetic(CellKind cell) {
    switch (cell) {
        case CellKind::lstm:
        case CellKind::cifg:
        case CellKind::gru:
        case CellKind::rnn:
            return {};
        case CellKind::capped_lstm:
            return "caps its input gate";
        case CellKind::lstm1997:
            return "has no forget gate, and squashes to other bounds";
        case CellKind::peephole:
            return "has peepholes, by which gates read the cell's state";
        case CellKind::gru_before:
            return "resets h(t-1) before its product, where nn.GRU does so after it";
        case CellKind::mlstm:
            return "multiplies the past by the input before the gates read it";
        case CellKind::slstm:
            return "has exponential gates, a normaliser and a stabiliser";
        case CellKind::minlstm:
        case CellKind::mingru:
            return "has gates that do not read h(t-1), and another squashing function";
        case CellKind::clockwork:
            return "lets its units run at periods of their own";
        case CellKind::depth_gated:
            return "has gates that read the states of the layer below";
        case CellKind::grid:
            return "has memory along its layers too";
        case CellKind::mogrifier:
            return "lets input and past scale each other before the gates read them";
        case CellKind::layernorm_lstm:
            return "normalises the sums that become gates";
        case CellKind::attention_lstm:
            return "looks back at its earlier outputs by attention";
        case CellKind::transformer:
            return "turns queries and keys by their positions";
    }
    throw std::logic_error("a cell without words for PyTorch");
}

/// A gate of a layer in PyTorch: which gate of ours it is, and with which sign. A bias that is
/// absent is zeros.
struct GateSource {
    std::optional<std::size_t> gate;
    float sign = 1;
};
using GateSources = std::vector<GateSource>;

/// Where the gates of PyTorch's tensors come from, in its order.
struct LayerSources {
    GateSources input, recurrent, input_bias, recurrent_bias;
};

LayerSources sources_of(CellKind cell) {
    const GateSource none{.gate = std::nullopt};
    switch (cell) {
        case CellKind::cifg: {  // f g o to i f g o
            const GateSources gates{{0, -1}, {0, 1}, {1, 1}, {2, 1}};
            return {gates, gates, gates, {none, none, none, none}};
        }
        case CellKind::gru:  // of W n r z, of U r z n, of b n_x r z n_h; to r z n
            return {{{1}, {2}, {0}}, {{0}, {1}, {2}}, {{1}, {2}, {0}}, {none, none, {3}}};
        case CellKind::rnn:
            return {{{0}}, {{0}}, {{0}}, {none}};
        default:  // lstm
            const GateSources gates{{0}, {1}, {2}, {3}};
            return {gates, gates, gates, {none, none, none, none}};
    }
}

NamedTensor gathered(std::string name, const NamedTensor& from, const GateSources& sources,
                     std::int64_t hidden_size) {
    NamedTensor tensor{std::move(name), from.shape, {}};
    tensor.shape.front() = static_cast<std::int64_t>(sources.size()) * hidden_size;
    std::size_t gate_size = static_cast<std::size_t>(hidden_size);
    if (from.shape.size() == 2) gate_size *= static_cast<std::size_t>(from.shape[1]);
    for (const auto& [gate, sign] : sources) {
        if (!gate) tensor.values.resize(tensor.values.size() + gate_size);
        for (std::size_t i = 0; gate && i < gate_size; ++i)
            tensor.values.push_back(sign * from.values[*gate * gate_size + i]);
    }
    return tensor;
}

}  // namespace

std::optional<std::string> reason_against_pytorch(const LanguageModelConfig& config) {
    const auto strange = strange_arithmetic(config.cell);
    if (strange.empty()) return std::nullopt;
    return fmt::format("its cell, {}, {}", format_value(config.cell), strange);
}

std::string_view pytorch_module(const LanguageModelConfig& config) {
    return config.cell == CellKind::gru   ? "nn.GRU"
           : config.cell == CellKind::rnn ? "nn.RNN"
                                          : "nn.LSTM";
}

std::vector<NamedTensor> to_pytorch(const LanguageModelConfig& config,
                                    std::span<const NamedTensor> weights) {
    if (reason_against_pytorch(config)) throw std::logic_error("PyTorch cannot compute this cell");
    const auto sources = sources_of(config.cell);
    const auto h = config.hidden_size;
    std::vector<NamedTensor> tensors{weights[0]};  // embedding.weight
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const auto* own = &weights[static_cast<std::size_t>(1 + 3 * layer)];
        const auto add = [&](const char* name, const NamedTensor& from, const GateSources& gates) {
            tensors.push_back(gathered(fmt::format("rnn.{}_l{}", name, layer), from, gates, h));
        };
        add("weight_ih", own[0], sources.input);
        add("weight_hh", own[1], sources.recurrent);
        add("bias_ih", own[2], sources.input_bias);
        add("bias_hh", own[2], sources.recurrent_bias);
    }
    tensors.insert(tensors.end(), weights.end() - 2, weights.end());  // output.weight, output.bias
    return tensors;
}

}  // namespace carousel
