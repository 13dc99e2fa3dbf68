#include "model/parameter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/cell_shapes.hpp"

using namespace carousel;

TEST_SUITE("model/parameter") {
    TEST_CASE("parameters come in file order with the shapes of PyTorch") {
        const auto list = expected_parameters(
            {.vocabulary_size = 9, .layers = 2, .hidden_size = 5, .embedding_size = 3});
        std::string text;
        for (const auto& tensor : list) {
            text += tensor.name;
            for (const auto size : tensor.shape) text += " " + std::to_string(size);
            text += "\n";
        }
        CHECK(text ==
              "embedding.weight 9 3\n"
              "layers.0.weight_ih 20 3\nlayers.0.weight_hh 20 5\nlayers.0.bias 20\n"
              "layers.1.weight_ih 20 5\nlayers.1.weight_hh 20 5\nlayers.1.bias 20\n"
              "output.weight 9 5\noutput.bias 9\n");
    }

    TEST_CASE("odd rounds go from h to the input, even ones back, through an eighth of H") {
        const auto list = expected_parameters({.cell = CellKind::mogrifier,
                                               .vocabulary_size = 9,
                                               .layers = 1,
                                               .hidden_size = 150,
                                               .embedding_size = 3});
        std::string text;
        for (std::size_t i = 3; i < 13; ++i) {
            text += list[i].name;
            for (const auto size : list[i].shape) text += " " + std::to_string(size);
            text += "\n";
        }
        CHECK(text ==
              "layers.0.round1.down 32 150\nlayers.0.round1.up 3 32\n"
              "layers.0.round2.down 32 3\nlayers.0.round2.up 150 32\n"
              "layers.0.round3.down 32 150\nlayers.0.round3.up 3 32\n"
              "layers.0.round4.down 32 3\nlayers.0.round4.up 150 32\n"
              "layers.0.round5.down 32 150\nlayers.0.round5.up 3 32\n");
        CHECK(round_rank(1) == 1);
        CHECK(round_rank(7) == 7);
        CHECK(round_rank(128) == 16);
        CHECK(round_rank(1024) == 128);
    }

    TEST_CASE("attention comes after the bias of its layer") {
        const auto list = expected_parameters({.cell = CellKind::attention_lstm,
                                               .vocabulary_size = 9,
                                               .layers = 2,
                                               .hidden_size = 5,
                                               .embedding_size = 3});
        REQUIRE(list.size() == 1 + 2 * 6 + 2);
        CHECK(list[9].name == "layers.1.bias");
        CHECK(list[10].name == "layers.1.attention.query");
        CHECK(list[10].shape == std::vector<std::int64_t>{5, 5});
        CHECK(list[11].name == "layers.1.attention.context");
        CHECK(list[11].shape == std::vector<std::int64_t>{5, 5});
        CHECK(list[12].name == "layers.1.attention.distance");
        CHECK(list[12].shape == std::vector<std::int64_t>{64});
    }

    TEST_CASE("a model of 2 layers, V = 65, E = H = 256 has the parameters that one counts") {
        const LanguageModelConfig config{
            .vocabulary_size = 65, .layers = 2, .hidden_size = 256, .embedding_size = 256};
        CHECK(parameter_count(config) == 65 * 256 + 2 * (4 * 256 * 512 + 4 * 256) + 65 * 257);
    }

    TEST_CASE("every symbol meets all recurrent matrices, the first W only behind rounds") {
        LanguageModelConfig config{
            .vocabulary_size = 65, .layers = 2, .hidden_size = 256, .embedding_size = 64};
        CHECK(multiplied_weights(config) == 3 * 4 * 256 * 256);
        config.cell = CellKind::mlstm;
        CHECK(multiplied_weights(config) == (5 + 2 * 5) * 256 * 256);
        config.cell = CellKind::mogrifier;
        CHECK(multiplied_weights(config) ==
              3 * 4 * 256 * 256 + 4 * 256 * 64 + 5 * 32 * (256 + 64 + 2 * 256));
    }

    TEST_CASE("each layer of each cell has the roles that its shape asks for, once") {
        for (int kind = 0; kind < k_cell_count; ++kind) {
            const auto cell = static_cast<CellKind>(kind);
            CAPTURE(k_cell_words[kind]);
            const auto& shape = cell_shape(cell);
            const auto all = model_parameters({.cell = cell,
                                               .vocabulary_size = 9,
                                               .layers = 2,
                                               .hidden_size = 5,
                                               .embedding_size = 3});
            const auto count = [&](ParameterRole role, std::int64_t layer) {
                return std::count_if(all.begin(), all.end(), [&](const Parameter& p) {
                    return p.role == role && p.layer == layer;
                });
            };
            for (const std::int64_t layer : {0, 1}) {
                CHECK(count(ParameterRole::input, layer) == 1);
                CHECK(count(ParameterRole::recurrent, layer) == (shape.recurrent.count > 0));
                CHECK(count(ParameterRole::mixed, layer) == (shape.mixed.count > 0));
                CHECK(count(ParameterRole::round_down, layer) == shape.rounds);
                CHECK(count(ParameterRole::round_up, layer) == shape.rounds);
                CHECK(count(ParameterRole::gain, layer) == (gain_count(shape) > 0));
                CHECK(count(ParameterRole::bias, layer) == 1);
                CHECK(count(ParameterRole::distance, layer) == (shape.attention_span > 0));
            }
            CHECK(count(ParameterRole::embedding, -1) == 1);
            CHECK(count(ParameterRole::output, -1) == 1);
            CHECK(count(ParameterRole::output_bias, -1) == 1);
        }
    }

    TEST_CASE("factors are what only its product with another counts, in mlstm and in rounds") {
        for (int kind = 0; kind < k_cell_count; ++kind) {
            const auto cell = static_cast<CellKind>(kind);
            for (const auto& p : model_parameters(
                     {.cell = cell, .vocabulary_size = 9, .layers = 1, .hidden_size = 5})) {
                CAPTURE(k_cell_words[kind]);
                CAPTURE(p.name);
                const bool step =
                    p.role == ParameterRole::recurrent || p.role == ParameterRole::mixed;
                const bool round =
                    p.role == ParameterRole::round_down || p.role == ParameterRole::round_up;
                CHECK(p.is_factor == (round || (step && cell == CellKind::mlstm)));
                CHECK(p.is_sparse ==
                      (cell == CellKind::clockwork && p.role == ParameterRole::recurrent));
            }
        }
    }
}
