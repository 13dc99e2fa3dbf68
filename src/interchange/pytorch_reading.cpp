#include "interchange/pytorch_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "model/limits.hpp"
#include "model/parameter.hpp"

// A layer is first read as PyTorch has it (`Layer`), then turned into tensors of ours. What was
// read is noted, so that nothing of the file is left out without a word.

namespace carousel {

namespace {

[[noreturn]] void refuse_weights(std::string why) {
    throw std::invalid_argument(std::move(why));
}

std::string shown_shape(const std::vector<std::int64_t>& shape) {
    return fmt::format("({})", fmt::join(shape, ", "));
}

/// An identity of this size still takes little memory.
constexpr std::int64_t k_largest_one_hot = 2048;

/// Values of G gates of H rows each.
struct Layer {
    NamedTensor input, recurrent;                   // (G H, I), (G H, H)
    std::vector<float> input_bias, recurrent_bias;  // (G H)
    std::int64_t gates = 0;
};

class WeightReader {
public:
    WeightReader(const Safetensors& file, const PytorchNames& names) : file_(file), names_(names) {}

    PytorchModel read() {
        read_layers();
        read_embedding();
        read_output();
        return assemble();
    }

    void refuse_others() const {
        std::vector<std::string> others;
        for (const auto& [name, entry] : file_.tensors())
            if (!used_.contains(name)) others.push_back(shown_name(name));
        if (others.empty()) return;
        constexpr std::size_t k_named = 4;
        const auto more = others.size() > k_named ? others.size() - k_named : 0;
        others.resize(others.size() - more);
        refuse_weights(fmt::format(
            "it has tensors that belong to no part of the model, {}{}: if they change nothing of "
            "what it computes, --ignore-others leaves them out",
            fmt::join(others, ", "), more > 0 ? fmt::format(" and {} more", more) : ""));
    }

private:
    bool has(const std::string& name) const { return file_.tensors().contains(name); }

    NamedTensor take(const std::string& name, std::size_t sizes) {
        auto tensor = file_.tensor(name);
        used_.insert(name);
        if (tensor.shape.size() != sizes)
            refuse_weights(fmt::format("the tensor {} has the shape {}, which has not {} size{}",
                                       shown_name(name), shown_shape(tensor.shape), sizes,
                                       sizes > 1 ? "s" : ""));
        return tensor;
    }

    NamedTensor take(const std::string& name, const std::vector<std::int64_t>& shape) {
        auto tensor = take(name, shape.size());
        if (tensor.shape != shape)
            refuse_weights(fmt::format("the tensor {} has the shape {}, not {}", shown_name(name),
                                       shown_shape(tensor.shape), shown_shape(shape)));
        return tensor;
    }

    /// The names of a layer's tensors are `before` NAME `after`.
    struct LayerName {
        std::string before, after;
        std::string of(std::string_view name) const { return before + std::string(name) + after; }
    };

    /// Absent where there is no such layer.
    std::optional<LayerName> layer_name(std::size_t layer) const {
        const auto place = names_.rnn.find("{}");
        std::vector<LayerName> possible;
        if (place == std::string::npos) {
            possible = {{names_.rnn + ".", fmt::format("_l{}", layer)}};
            if (layer == 0) possible.push_back({names_.rnn + ".", ""});
        } else {
            auto module = names_.rnn;
            module.replace(place, 2, std::to_string(layer));
            possible = {{module + ".", "_l0"}, {module + ".", ""}};
        }
        for (auto& name : possible)
            if (has(name.of("weight_ih")) || has(name.of("weight_hh"))) return name;
        return std::nullopt;
    }

    void read_layers() {
        for (auto name = layer_name(0); name; name = layer_name(layers_.size())) {
            if (layers_.size() == static_cast<std::size_t>(k_most_layers))
                refuse_weights(fmt::format("it has more than {} recurrent layers", k_most_layers));
            layers_.push_back(read_layer(*name));
        }
        if (!layers_.empty()) return;
        std::string there;
        for (const auto& [tensor, entry] : file_.tensors()) {
            if (there.size() > 300) break;
            there += fmt::format("{}{}", there.empty() ? "" : ", ", shown_name(tensor));
        }
        refuse_weights(
            fmt::format("it has no recurrent layer called {}: --rnn names another one. Its tensors "
                        "are {}",
                        shown_name(names_.rnn), there.empty() ? "none" : there));
    }

    void require_absent(const std::string& name, std::string_view what) const {
        if (has(name))
            refuse_weights(
                fmt::format("its recurrent layers have {}, {}, which those of Carousel have not",
                            what, shown_name(name)));
    }

    Layer read_layer(const LayerName& name) {
        require_absent(name.of("weight_hr"), "a projection of their outputs");
        require_absent(name.of("weight_ih") + "_reverse", "a second direction");
        Layer layer;
        layer.recurrent = take(name.of("weight_hh"), 2);
        const auto rows = layer.recurrent.shape[0], h = layer.recurrent.shape[1];
        if (h < 1 || h > k_largest_size)
            refuse_weights(fmt::format("its layers have {} units, where Carousel has 1 to {}", h,
                                       k_largest_size));
        layer.gates = rows / h;
        if (rows % h != 0 || (layer.gates != 4 && layer.gates != 3 && layer.gates != 1))
            refuse_weights(fmt::format(
                "the tensor {} has the shape {}, and its rows are not the 4, 3 or 1 "
                "gates of {} units that an LSTM, GRU or RNN has",
                shown_name(name.of("weight_hh")), shown_shape(layer.recurrent.shape), h));
        if (!layers_.empty() &&
            (h != layers_[0].recurrent.shape[1] || layer.gates != layers_[0].gates))
            refuse_weights(
                "its recurrent layers differ in size or kind, and those of Carousel do not");
        layer.input = take(name.of("weight_ih"), 2);
        const auto inputs = layer.input.shape[1];
        if (layer.input.shape[0] != rows || (!layers_.empty() && inputs != h))
            refuse_weights(fmt::format("the tensor {} has the shape {}, not ({}, {})",
                                       shown_name(name.of("weight_ih")),
                                       shown_shape(layer.input.shape), rows,
                                       layers_.empty() ? "its inputs" : std::to_string(h)));
        layer.input_bias = bias(name.of("bias_ih"), rows);
        layer.recurrent_bias = bias(name.of("bias_hh"), rows);
        return layer;
    }

    std::vector<float> bias(const std::string& name, std::int64_t size) {
        if (!has(name)) return std::vector<float>(static_cast<std::size_t>(size));
        return take(name, std::vector{size}).values;
    }

    void read_embedding() {
        const auto inputs = layers_[0].input.shape[1];
        const auto name = names_.embedding + ".weight";
        if (inputs < 1 || inputs > k_largest_size)
            refuse_weights(fmt::format("layer 0 reads {} numbers, where Carousel's reads 1 to {}",
                                       inputs, k_largest_size));
        if (has(name)) {
            embedding_ = take(name, 2);
            if (embedding_.shape[1] != inputs)
                refuse_weights(
                    fmt::format("the tensor {} has the shape {}, and layer 0 reads {} numbers",
                                shown_name(name), shown_shape(embedding_.shape), inputs));
            return;
        }
        const auto output = file_.tensors().find(names_.output + ".weight");
        const bool one_hot = output != file_.tensors().end() && !output->second.shape.empty() &&
                             output->second.shape[0] == inputs;
        if (!one_hot)
            refuse_weights(
                fmt::format("it has no embedding called {}: --embedding names another one",
                            shown_name(names_.embedding)));
        if (inputs > k_largest_one_hot)
            refuse_weights(
                fmt::format("layer 0 reads one-hot vectors of {} numbers, where {} are allowed: "
                            "give the model an embedding, whose rows are the columns of its "
                            "weight_ih, and the identity as its weight_ih",
                            inputs, k_largest_one_hot));
        notes_.push_back(fmt::format(
            "There is no embedding {}, and layer 0 reads as many numbers as there are symbols: they "
            "are taken for one-hot vectors.",
            shown_name(names_.embedding)));
        embedding_ = {
            {}, {inputs, inputs}, std::vector<float>(static_cast<std::size_t>(inputs * inputs))};
        for (std::int64_t i = 0; i < inputs; ++i)
            embedding_.values[static_cast<std::size_t>(i * (inputs + 1))] = 1;
    }

    void read_output() {
        const auto name = names_.output + ".weight";
        const auto v = embedding_.shape[0], h = layers_[0].recurrent.shape[1];
        const std::vector shape{v, h};
        if (has(name)) {
            output_ = take(name, shape);
        } else if (has(names_.output + ".bias") && embedding_.shape == shape) {
            notes_.push_back(fmt::format(
                "There is no {}: the output layer is taken to share the weights of the embedding.",
                shown_name(name)));
            output_ = embedding_;
        } else {
            refuse_weights(
                fmt::format("it has no output layer called {}: --output-layer names another one",
                            shown_name(names_.output)));
        }
        output_bias_ = bias(names_.output + ".bias", v);
        if (v < 1) refuse_weights("it knows no symbol");
    }

    PytorchModel assemble() {
        PytorchModel model;
        auto& config = model.config;
        config.vocabulary_size = embedding_.shape[0];
        config.embedding_size = embedding_.shape[1];
        config.hidden_size = layers_[0].recurrent.shape[1];
        config.layers = static_cast<std::int64_t>(layers_.size());
        config.cell = cell();
        std::vector<std::vector<float>> values{std::move(embedding_.values)};
        for (auto& layer : layers_) add(layer, config.cell, values);
        values.push_back(std::move(output_.values));
        values.push_back(std::move(output_bias_));
        model.weights = expected_parameters(config);
        for (std::size_t i = 0; i < values.size(); ++i)
            model.weights[i].values = std::move(values[i]);
        model.notes = std::move(notes_);
        return model;
    }

    CellKind cell() const {
        const auto gates = layers_[0].gates;
        if (gates == 3) return CellKind::gru;
        if (gates == 1) return CellKind::rnn;
        const bool coupled = std::ranges::all_of(layers_, [](const Layer& layer) {
            return opposite(layer.input.values) && opposite(layer.recurrent.values) &&
                   opposite(layer.input_bias) && opposite(layer.recurrent_bias);
        });
        return coupled ? CellKind::cifg : CellKind::lstm;
    }

    /// Whether the first of four gates has the negative values of the second.
    static bool opposite(const std::vector<float>& values) {
        const auto gate = static_cast<std::ptrdiff_t>(values.size() / 4);
        return std::equal(values.begin(), values.begin() + gate, values.begin() + gate,
                          [](float i, float f) { return i == -f; });
    }

    /// The values of a layer's three tensors in the order of gates that the cell has.
    static void add(Layer& layer, CellKind cell, std::vector<std::vector<float>>& values) {
        auto sum = layer.input_bias;
        // What has no second bias keeps the bits of its first, also those of a negative zero.
        for (std::size_t i = 0; i < sum.size(); ++i)
            if (layer.recurrent_bias[i] != 0) sum[i] += layer.recurrent_bias[i];
        auto &input = layer.input.values, &recurrent = layer.recurrent.values;
        const auto of = [gates = layer.gates](std::vector<float>& tensor, std::int64_t gate) {
            return tensor.begin() + static_cast<std::ptrdiff_t>(tensor.size()) / gates * gate;
        };
        if (cell == CellKind::cifg) {
            for (auto* tensor : {&input, &recurrent, &sum})
                tensor->erase(of(*tensor, 0), of(*tensor, 1));
        } else if (cell == CellKind::gru) {  // r z n to n r z, and n_x r z n_h
            std::rotate(of(input, 0), of(input, 2), input.end());
            std::vector<float> biases(of(layer.input_bias, 2), layer.input_bias.end());
            biases.insert(biases.end(), sum.begin(), of(sum, 2));
            biases.insert(biases.end(), of(layer.recurrent_bias, 2), layer.recurrent_bias.end());
            sum = std::move(biases);
        }
        values.push_back(std::move(input));
        values.push_back(std::move(recurrent));
        values.push_back(std::move(sum));
    }

    const Safetensors& file_;
    const PytorchNames& names_;
    std::set<std::string, std::less<>> used_;
    std::vector<Layer> layers_;
    NamedTensor embedding_, output_;
    std::vector<float> output_bias_;
    std::vector<std::string> notes_;
};

}  // namespace

PytorchModel model_from_pytorch(const Safetensors& file, const PytorchNames& names,
                                OtherTensors others) {
    WeightReader reader(file, names);
    auto model = reader.read();
    if (others == OtherTensors::refuse) reader.refuse_others();
    return model;
}

}  // namespace carousel
