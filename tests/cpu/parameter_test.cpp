#include "cpu/parameter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

/// Tensors whose n-th number over all of them is n + 1.
std::vector<NamedTensor> numbered(const LanguageModelConfig& config) {
    auto tensors = expected_parameters(config);
    const ParameterList list(config);
    float next = 1;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        for (std::int64_t k = 0; k < list.all()[i].count(); ++k)
            tensors[i].values.push_back(next++);
    }
    return tensors;
}

}  // namespace

TEST_SUITE("cpu/parameter") {
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

    TEST_CASE("stored and canonical form turn into each other, and padding is zero") {
        for (const auto& config : odd_configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const ParameterList list(config);
            const auto tensors = numbered(config);
            std::vector<float> stored(static_cast<std::size_t>(list.stored()), -1.0F);
            list.from_canonical(tensors, stored.data());
            CHECK(list.to_canonical(stored.data()) == tensors);
            // Each number has one place, and every other place is zero.
            const auto others = std::count(stored.begin(), stored.end(), 0.0F);
            CHECK(list.stored() - others == list.count());
            std::sort(stored.begin(), stored.end());
            CHECK(std::unique(stored.begin(), stored.end()) - stored.begin() ==
                  list.count() + (others > 0 ? 1 : 0));
        }
    }

    TEST_CASE("gate g of unit u lies in lane u % 16 of panel 4 (u / 16) + g") {
        const LanguageModelConfig config{
            .vocabulary_size = 3, .layers = 1, .hidden_size = 20, .embedding_size = 2};
        const ParameterList list(config);
        std::vector<float> stored(static_cast<std::size_t>(list.stored()));
        const auto tensors = numbered(config);
        list.from_canonical(tensors, stored.data());
        const auto& weight = *list.layer(0).input_weight;
        for (const std::int64_t gate : {0, 1, 2, 3}) {
            for (const std::int64_t unit : {0, 3, 15, 16, 19}) {
                for (const std::int64_t k : {0, 1}) {
                    const auto panel = unit / 16 * 4 + gate;
                    const auto at = weight.offset + (panel * 2 + k) * 16 + unit % 16;
                    const auto canonical = (gate * 20 + unit) * 2 + k;
                    CHECK(stored[static_cast<std::size_t>(at)] ==
                          tensors[1].values[static_cast<std::size_t>(canonical)]);
                }
            }
        }
    }

    TEST_CASE("tensors with another name, shape or size are refused") {
        const LanguageModelConfig config{
            .vocabulary_size = 3, .layers = 1, .hidden_size = 4, .embedding_size = 2};
        const auto refused = [&](auto change) {
            auto tensors = numbered(config);
            change(tensors);
            CHECK_THROWS_AS(LanguageModel(config, tensors), std::logic_error);
        };
        CHECK_NOTHROW(LanguageModel(config, numbered(config)));
        refused([](auto& tensors) { tensors.pop_back(); });
        refused([](auto& tensors) { tensors[1].name = "layers.0.weight"; });
        refused([](auto& tensors) { std::swap(tensors[0].shape[0], tensors[0].shape[1]); });
        refused([](auto& tensors) { tensors[2].values.pop_back(); });
        refused([](auto& tensors) { std::swap(tensors[1], tensors[2]); });
    }

    TEST_CASE("a model of 2 layers, V = 65, E = H = 256 has the parameters that one counts") {
        const ParameterList list(
            {.vocabulary_size = 65, .layers = 2, .hidden_size = 256, .embedding_size = 256});
        CHECK(list.count() == 65 * 256 + 2 * (4 * 256 * 512 + 4 * 256) + 65 * 257);
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
}
