#include "interchange/pytorch_reading.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "interchange/made_file.hpp"
#include "interchange/pytorch_layout.hpp"

using namespace carousel;

namespace {

using Tensors = std::vector<NamedTensor>;

constexpr std::int64_t k_v = 3, k_e = 4, k_h = 2;

/// An LSTM of one layer as PyTorch has it.
Tensors lstm() {
    return {made_tensor("embedding.weight", {k_v, k_e}, 1),
            made_tensor("rnn.weight_ih_l0", {4 * k_h, k_e}, 2),
            made_tensor("rnn.weight_hh_l0", {4 * k_h, k_h}, 3),
            made_tensor("rnn.bias_ih_l0", {4 * k_h}, 4),
            made_tensor("rnn.bias_hh_l0", {4 * k_h}, 5),
            made_tensor("output.weight", {k_v, k_h}, 6),
            made_tensor("output.bias", {k_v}, 7)};
}

Tensors renamed(Tensors tensors, const std::string& from, const std::string& to) {
    for (auto& tensor : tensors)
        if (tensor.name.starts_with(from)) tensor.name = to + tensor.name.substr(from.size());
    return tensors;
}

Tensors without(Tensors tensors, const std::string& name) {
    std::erase_if(tensors, [&](const NamedTensor& tensor) { return tensor.name == name; });
    return tensors;
}

Tensors with(Tensors tensors, NamedTensor tensor) {
    tensors = without(std::move(tensors), tensor.name);
    tensors.push_back(std::move(tensor));
    return tensors;
}

PytorchModel read(const Tensors& tensors, const PytorchNames& names = {},
                  OtherTensors others = OtherTensors::refuse) {
    return model_from_pytorch(Safetensors(written_file(tensors)), names, others);
}

std::string why_refused(const Tensors& tensors, const PytorchNames& names = {}) {
    return refusal([&] { read(tensors, names); });
}

bool says(const std::string& text, std::string_view part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("interchange/pytorch_reading") {
    TEST_CASE("an LSTM of PyTorch is an lstm whose bias is the sum of both") {
        const auto model = read(lstm());
        CHECK(model.config == LanguageModelConfig{.cell = CellKind::lstm,
                                                  .vocabulary_size = k_v,
                                                  .layers = 1,
                                                  .hidden_size = k_h,
                                                  .embedding_size = k_e});
        CHECK(model.notes.empty());
        CHECK(model.weights[1].name == "layers.0.weight_ih");
        CHECK(model.weights[1].values == lstm()[1].values);
        for (std::size_t i = 0; i < 8; ++i)
            CHECK(model.weights[3].values[i] == lstm()[3].values[i] + lstm()[4].values[i]);
    }

    TEST_CASE("the parts of a model may have any names") {
        auto tensors = renamed(lstm(), "embedding", "encoder");
        tensors = renamed(renamed(tensors, "rnn", "core.lstm"), "output", "decoder");
        CHECK(says(why_refused(tensors), "core.lstm.weight_ih_l0"));  // they are listed
        const auto model =
            read(tensors, {.embedding = "encoder", .rnn = "core.lstm", .output = "decoder"});
        CHECK(model.weights == read(lstm()).weights);
    }

    TEST_CASE("layers may be modules of their own, and cells") {
        auto tensors = renamed(lstm(), "rnn.", "rnns.0.");
        for (auto [name, tensor] : {std::pair{"rnns.1.weight_ih", made_tensor("", {8, k_h}, 8)},
                                    {"rnns.1.weight_hh", made_tensor("", {8, k_h}, 9)}}) {
            tensor.name = name;
            tensors.push_back(tensor);
        }
        const auto model = read(tensors, {.rnn = "rnns.{}"});
        CHECK(model.config.layers == 2);
        CHECK(model.weights[4].values == made_tensor("", {8, k_h}, 8).values);
        CHECK(model.weights[6].values == std::vector<float>(8));  // no bias: zeros
        auto cell = lstm();
        for (auto& tensor : cell)
            if (tensor.name.ends_with("_l0")) tensor.name.resize(tensor.name.size() - 3);
        CHECK(read(cell).weights == read(lstm()).weights);
    }

    TEST_CASE("a gru keeps the bias of its candidate on both sides") {
        auto tensors = with(lstm(), made_tensor("rnn.weight_ih_l0", {3 * k_h, k_e}, 2));
        tensors = with(tensors, made_tensor("rnn.weight_hh_l0", {3 * k_h, k_h}, 3));
        const auto input = made_tensor("rnn.bias_ih_l0", {3 * k_h}, 4),
                   recurrent = made_tensor("rnn.bias_hh_l0", {3 * k_h}, 5);
        tensors = with(with(tensors, input), recurrent);
        const auto model = read(tensors);
        CHECK(model.config.cell == CellKind::gru);
        const auto &b = input.values, &c = recurrent.values;
        CHECK(model.weights[3].values == std::vector<float>{b[4], b[5], b[0] + c[0], b[1] + c[1],
                                                            b[2] + c[2], b[3] + c[3], c[4], c[5]});
    }

    TEST_CASE("without an embedding layer 0 reads one-hot vectors") {
        auto tensors = without(lstm(), "embedding.weight");
        tensors = with(tensors, made_tensor("rnn.weight_ih_l0", {4 * k_h, k_v}, 2));
        const auto model = read(tensors);
        CHECK(model.weights[0].values == std::vector<float>{1, 0, 0, 0, 1, 0, 0, 0, 1});
        CHECK(model.notes.size() == 1);
        CHECK(says(why_refused(without(lstm(), "embedding.weight")), "--embedding"));
    }

    TEST_CASE("an output layer without weights shares those of the embedding where they fit") {
        auto tensors = with(lstm(), made_tensor("embedding.weight", {k_v, k_h}, 1));
        tensors = with(tensors, made_tensor("rnn.weight_ih_l0", {4 * k_h, k_h}, 2));
        const auto model = read(without(tensors, "output.weight"));
        CHECK(model.weights[4].values == model.weights[0].values);
        CHECK(model.notes.size() == 1);
        CHECK(says(why_refused(without(lstm(), "output.weight")), "--output-layer"));
    }

    TEST_CASE("a cifg that was trained on is an lstm") {
        const LanguageModelConfig config{.cell = CellKind::cifg,
                                         .vocabulary_size = 3,
                                         .layers = 1,
                                         .hidden_size = 2,
                                         .embedding_size = 4};
        auto tensors = to_pytorch(config, made_weights(config));
        CHECK(read(tensors).config.cell == CellKind::cifg);
        tensors[2].values[0] += 0.001F;
        CHECK(read(tensors).config.cell == CellKind::lstm);
    }

    TEST_CASE("what Carousel has not is refused by name") {
        CHECK(says(why_refused(with(lstm(), made_tensor("rnn.weight_hr_l0", {k_h, k_h}))),
                   "a projection"));
        CHECK(says(why_refused(with(lstm(), made_tensor("rnn.weight_ih_l0_reverse", {8, k_e}))),
                   "a second direction"));
        CHECK(says(why_refused(with(lstm(), made_tensor("norm.weight", {k_h}))), "norm.weight"));
        CHECK(read(with(lstm(), made_tensor("norm.weight", {k_h})), {}, OtherTensors::ignore)
                  .weights == read(lstm()).weights);
        CHECK(says(why_refused(with(lstm(), made_tensor("rnn.weight_hh_l0", {5 * k_h, k_h}))),
                   "4, 3 or 1"));
        CHECK(says(why_refused(with(lstm(), made_tensor("rnn.weight_hh_l0", {8, 0}))), "0 units"));
        CHECK(says(why_refused({}), "no recurrent layer"));
        auto empty = with(lstm(), made_tensor("embedding.weight", {0, k_e}));
        empty = with(with(empty, made_tensor("output.weight", {0, k_h})),
                     made_tensor("output.bias", {0}));
        CHECK(says(why_refused(empty), "no symbol"));
        auto uneven = with(lstm(), made_tensor("rnn.weight_ih_l1", {12, k_h}));
        CHECK(says(why_refused(with(uneven, made_tensor("rnn.weight_hh_l1", {12, 3}))),
                   "differ in size"));
    }

    TEST_CASE("a tensor of another shape is refused with both") {
        CHECK(says(why_refused(with(lstm(), made_tensor("output.bias", {4}))), "(4), not (3)"));
        CHECK(says(why_refused(with(lstm(), made_tensor("output.weight", {3, 3}))),
                   "(3, 3), not (3, 2)"));
        CHECK(says(why_refused(with(lstm(), made_tensor("rnn.bias_hh_l0", {4, 2}))), "(4, 2)"));
        CHECK(says(why_refused(with(lstm(), made_tensor("rnn.weight_ih_l0", {6, k_e}))), "(6, 4)"));
        CHECK(says(why_refused(with(lstm(), made_tensor("embedding.weight", {k_v, 5}))), "(3, 5)"));
    }
}
