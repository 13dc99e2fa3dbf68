#include "model/cell_shapes.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace carousel;

TEST_SUITE("model/cell_shapes") {
    TEST_CASE("every gate of a cell is fed, and its ranges lie among its gates") {
        for (int kind = 0; kind < k_cell_count; ++kind) {
            CAPTURE(k_cell_words[kind]);
            const auto& shape = cell_shape(static_cast<CellKind>(kind));
            REQUIRE(shape.gates > 0);
            for (std::int64_t gate = 0; gate < shape.gates; ++gate) {
                bool fed = false;
                for (const auto& range : {shape.input, shape.recurrent, shape.normalized})
                    fed = fed || (gate >= range.first && gate < range.first + range.count);
                CHECK(fed);
            }
            for (const auto& range :
                 {shape.input, shape.recurrent, shape.mixed, shape.normalized}) {
                CHECK(range.first >= 0);
                CHECK(range.first + range.count <= shape.gates);
            }
            CHECK(shape.forget_gate < shape.gates);
        }
    }

    TEST_CASE("a cell's shape stands at the place of its kind") {
        CHECK(cell_shape(CellKind::rnn).gates == 1);
        CHECK(cell_shape(CellKind::slstm).states == 3);
        CHECK(cell_shape(CellKind::mogrifier).rounds == 5);
        CHECK(is_normalized(cell_shape(CellKind::layernorm_lstm)));
        CHECK(cell_shape(CellKind::attention_lstm).attention_span == 64);
    }
}
