#include "interchange/pytorch_layout.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "interchange/made_file.hpp"
#include "interchange/pytorch_reading.hpp"
#include "model/cell_shapes.hpp"

using namespace carousel;

namespace {

LanguageModelConfig small(CellKind cell) {
    return {.cell = cell, .vocabulary_size = 3, .layers = 2, .hidden_size = 2, .embedding_size = 4};
}

const NamedTensor& named(const std::vector<NamedTensor>& tensors, std::string_view name) {
    for (const auto& tensor : tensors)
        if (tensor.name == name) return tensor;
    FAIL("there is no " << name);
    return tensors.front();
}

std::vector<float> rows(const NamedTensor& tensor, std::size_t first, std::size_t count) {
    const auto columns = tensor.values.size() / static_cast<std::size_t>(tensor.shape[0]);
    const auto begin = tensor.values.begin() + static_cast<std::ptrdiff_t>(first * columns);
    return {begin, begin + static_cast<std::ptrdiff_t>(count * columns)};
}

std::vector<float> negative(std::vector<float> values) {
    for (auto& value : values) value = -value;
    return values;
}

constexpr CellKind k_expressible[] = {CellKind::lstm, CellKind::cifg, CellKind::gru, CellKind::rnn};

}  // namespace

TEST_SUITE("interchange/pytorch_layout") {
    TEST_CASE("the tensors have the names and shapes of PyTorch's modules") {
        for (const auto& [cell, gates] : {std::pair{CellKind::lstm, 4},
                                          {CellKind::cifg, 4},
                                          {CellKind::gru, 3},
                                          {CellKind::rnn, 1}}) {
            const auto config = small(cell);
            const auto tensors = to_pytorch(config, made_weights(config));
            REQUIRE(tensors.size() == 11);
            const auto shape = [&](const char* name) { return named(tensors, name).shape; };
            using Shape = std::vector<std::int64_t>;
            CHECK(shape("embedding.weight") == Shape{3, 4});
            CHECK(shape("rnn.weight_ih_l0") == Shape{gates * 2, 4});
            CHECK(shape("rnn.weight_ih_l1") == Shape{gates * 2, 2});
            CHECK(shape("rnn.weight_hh_l1") == Shape{gates * 2, 2});
            CHECK(shape("rnn.bias_ih_l0") == Shape{gates * 2});
            CHECK(shape("rnn.bias_hh_l1") == Shape{gates * 2});
            CHECK(shape("output.weight") == Shape{3, 2});
            CHECK(shape("output.bias") == Shape{3});
        }
    }

    TEST_CASE(
        "an lstm goes out as it is, a cifg with the negative of its forget gate as input gate") {
        const auto config = small(CellKind::lstm);
        const auto weights = made_weights(config);
        const auto same = to_pytorch(config, weights);
        CHECK(named(same, "rnn.weight_ih_l1").values ==
              named(weights, "layers.1.weight_ih").values);
        CHECK(named(same, "rnn.bias_ih_l1").values == named(weights, "layers.1.bias").values);

        const auto coupled = small(CellKind::cifg);
        const auto own = made_weights(coupled);
        const auto tensors = to_pytorch(coupled, own);
        for (const auto& [theirs, ours] : {std::pair{"rnn.weight_ih_l0", "layers.0.weight_ih"},
                                           {"rnn.weight_hh_l1", "layers.1.weight_hh"},
                                           {"rnn.bias_ih_l1", "layers.1.bias"}}) {
            const auto &out = named(tensors, theirs), &in = named(own, ours);
            CHECK(rows(out, 0, 2) == negative(rows(in, 0, 2)));
            CHECK(rows(out, 2, 6) == in.values);
        }
    }

    TEST_CASE("a gru goes from n r z to r z n, and each of its biases to its own side") {
        const auto config = small(CellKind::gru);
        const auto weights = made_weights(config);
        const auto tensors = to_pytorch(config, weights);
        const auto &input = named(weights, "layers.1.weight_ih"),
                   &out = named(tensors, "rnn.weight_ih_l1");
        CHECK(rows(out, 0, 4) == rows(input, 2, 4));
        CHECK(rows(out, 4, 2) == rows(input, 0, 2));
        CHECK(named(tensors, "rnn.weight_hh_l1").values ==
              named(weights, "layers.1.weight_hh").values);
        const auto& bias = named(weights, "layers.1.bias");
        CHECK(rows(named(tensors, "rnn.bias_ih_l1"), 0, 4) == rows(bias, 2, 4));
        CHECK(rows(named(tensors, "rnn.bias_ih_l1"), 4, 2) == rows(bias, 0, 2));
        CHECK(rows(named(tensors, "rnn.bias_hh_l1"), 0, 4) == std::vector<float>(4));
        CHECK(rows(named(tensors, "rnn.bias_hh_l1"), 4, 2) == rows(bias, 6, 2));
    }

    TEST_CASE("what goes out comes back as the same cell with the same bits") {
        for (const auto cell : k_expressible) {
            CAPTURE(format_value(cell));
            const auto config = small(cell);
            auto weights = made_weights(config);
            for (auto& tensor : weights) tensor.values.back() = -0.0F;
            const Safetensors file(written_file(to_pytorch(config, weights)));
            const auto model = model_from_pytorch(file, {}, OtherTensors::refuse);
            CHECK(model.config == config);
            CHECK(model.notes.empty());
            REQUIRE(model.weights == weights);
            for (std::size_t i = 0; i < weights.size(); ++i)
                CHECK(std::signbit(model.weights[i].values.back()));
        }
    }

    TEST_CASE("every other cell is refused with the word for it") {
        for (int i = 0; i < k_cell_count; ++i) {
            const auto cell = static_cast<CellKind>(i);
            const auto reason = reason_against_pytorch(small(cell));
            const bool expressible = std::find(std::begin(k_expressible), std::end(k_expressible),
                                               cell) != std::end(k_expressible);
            CHECK(reason.has_value() != expressible);
            if (reason) CHECK(reason->find(format_value(cell)) != std::string::npos);
        }
    }
}
