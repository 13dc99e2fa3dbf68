#include "cpu/activations.hpp"

#include <doctest/doctest.h>

#include "cpu/small_model.hpp"

using namespace carousel;

TEST_SUITE("cpu/activations") {
    TEST_CASE("a state that is loaded and stored without a step between is the same, to the bit") {
        for (const auto& config : odd_configs()) {
            if (config.cell == CellKind::transformer) continue;  // it has no cells to keep them of
            INFO(cell_word(config), " H ", config.hidden_size);
            auto state = RecurrentState::zeros(config, 3);
            std::uint64_t at = 0;
            for (auto* tensor : {&state.hidden, &state.states}) {
                for (auto& x : *tensor) x = random_uniform({7, RandomPurpose::benchmark, 0}, at++);
            }
            auto stored = RecurrentState::zeros(config, 3);
            Activations activations(config, {.positions = 6, .streams = 3}, nullptr);
            activations.begin(0, 3, {});
            for (std::int64_t l = 0; l < config.layers; ++l) {
                activations.load(state, l);
                activations.store(l, stored);
            }
            CHECK(same_bits(stored.hidden, state.hidden));
            CHECK(same_bits(stored.states, state.states));
        }
    }

    TEST_CASE("the newest output of a stream lies before the first step, older ones before it") {
        const LanguageModelConfig config{.cell = CellKind::attention_lstm,
                                         .vocabulary_size = 3,
                                         .layers = 1,
                                         .hidden_size = 5,
                                         .embedding_size = 2};
        auto state = RecurrentState::zeros(config, 2);
        state.hidden(0, 1, 0) = 1;          // unit 0 of the newest of stream 1
        state.hidden(0, 1, 3 * 5 + 4) = 2;  // unit 4 of the one three steps older
        Activations activations(config, {.positions = 2, .streams = 2}, nullptr);
        activations.begin(1, 2, {});
        activations.load(state, 0);
        CHECK(activations.hidden(0, 1)[0] == 1);
        CHECK(activations.hidden(-3, 1)[4] == 2);
        CHECK(activations.hidden(0, 0)[0] == 0);
    }
}
