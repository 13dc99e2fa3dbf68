#include "model/transformer.hpp"

#include <doctest/doctest.h>

#include "model/parameter.hpp"
#include "model/recurrent_state.hpp"

using namespace carousel;

namespace {

LanguageModelConfig small_transformer() {
    return {.cell = CellKind::transformer,
            .vocabulary_size = 9,
            .layers = 2,
            .hidden_size = 12,
            .embedding_size = 12,
            .heads = 3,
            .context = 5};
}

}  // namespace

TEST_SUITE("model/transformer") {
    TEST_CASE("heads of at least 32 units divide the hidden size, however it is chosen") {
        CHECK(usual_heads(128) == 4);
        CHECK(usual_heads(384) == 12);
        CHECK(usual_heads(16) == 1);
        CHECK(usual_heads(1) == 1);
        CHECK(usual_heads(100) == 2);
        CHECK(usual_heads(97) == 1);
        for (std::int64_t h = 1; h <= 700; ++h) {
            CAPTURE(h);
            CHECK(h % usual_heads(h) == 0);
            CHECK((usual_heads(h) == 1 || h / usual_heads(h) >= 32));
        }
    }

    TEST_CASE("what a recurrent net leaves open follows from the hidden size and the window") {
        const LanguageModelConfig asked{.cell = CellKind::transformer,
                                        .vocabulary_size = 9,
                                        .hidden_size = 64,
                                        .embedding_size = 256,
                                        .output_input = OutputInput::sum};
        const auto made = with_transformer_sizes(asked, 40);
        CHECK(made.embedding_size == 64);
        CHECK(made.output_input == OutputInput::top);
        CHECK(made.heads == 2);
        CHECK(made.context == 40);
        CHECK(!contradiction(made));
        // What has a context has been decided before.
        CHECK(with_transformer_sizes(made, 50) == made);
        auto lstm = asked;
        lstm.cell = CellKind::lstm;
        CHECK(with_transformer_sizes(lstm, 40) == lstm);
        auto with_heads = lstm;
        with_heads.heads = 3;
        CHECK(with_transformer_sizes(with_heads, 40) == lstm);
    }

    TEST_CASE("sizes that contradict each other are told") {
        const auto good = small_transformer();
        CHECK(!contradiction(good));
        const auto refused = [&](auto change) {
            auto config = good;
            change(config);
            return contradiction(config).has_value();
        };
        CHECK(refused([](auto& c) { c.heads = 5; }));
        CHECK(refused([](auto& c) { c.heads = 0; }));
        CHECK(refused([](auto& c) { c.context = 0; }));
        CHECK(refused([](auto& c) { c.embedding_size = 13; }));
        CHECK(refused([](auto& c) { c.output_input = OutputInput::sum; }));
        CHECK(refused([](auto& c) { c.cell = CellKind::lstm; }));
        CHECK(!contradiction({.vocabulary_size = 9}));
    }

    TEST_CASE(
        "its parameters are 12 H² a layer, norms, embedding and output layer, in this order") {
        const auto config = small_transformer();
        const auto all = model_parameters(config);
        REQUIRE(all.size() == 1 + 2 * 8 + 3);
        CHECK(all[1].name == "layers.0.attention.gain");
        CHECK(all[2].name == "layers.0.attention.query");
        CHECK(all[7].name == "layers.0.feedforward.up");
        CHECK(all[7].shape == std::vector<std::int64_t>{48, 12});
        CHECK(all[8].shape == std::vector<std::int64_t>{12, 48});
        CHECK(all[17].name == "output.gain");
        CHECK(all[17].layer == -1);
        CHECK(parameter_count(config) == 9 * 12 + 2 * (12 * 12 * 12 + 2 * 12) + 12 + 9 * 12 + 9);
        CHECK(multiplied_weights(config) == 2 * 12 * 12 * 12);
    }

    TEST_CASE("a stream remembers keys and values of a power of two of symbols, and its count") {
        const auto config = small_transformer();
        CHECK(memory_slots(config) == 8);
        const auto state = RecurrentState::zeros(config, 3);
        CHECK(state.hidden.shape() == Tensor<3>::shape_type{2, 3, 2 * 8 * 12});
        CHECK(state.states.shape() == Tensor<3>::shape_type{2, 3, 1});
        CHECK(state.fits(config, 3));
        auto longer = config;
        longer.context = 9;
        CHECK(!state.fits(longer, 3));
    }
}
