#include "cpu/attention.hpp"

#include <doctest/doctest.h>

#include "cpu/inference.hpp"
#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

constexpr LanguageModelConfig k_config{.cell = CellKind::attention_lstm,
                                       .vocabulary_size = 23,
                                       .layers = 1,
                                       .hidden_size = 37,
                                       .embedding_size = 5};

/// The state of `streams` that have read more symbols than attention looks back.
RecurrentState long_read(Inference& inference, std::size_t streams) {
    auto state = RecurrentState::zeros(k_config, static_cast<std::int64_t>(streams));
    Tensor<2> logits;
    inference.advance(random_ids(150, streams, 23, 1), state, logits);
    return state;
}

}  // namespace

TEST_SUITE("cpu/attention") {
    TEST_CASE("an output counts for as many steps as attention looks back, and no longer") {
        ThreadPool pool(1);
        const auto model = lively_model(k_config);
        const auto span = static_cast<std::size_t>(cell_shape(k_config.cell).attention_span);
        for (const auto precision : {Precision::float32, Precision::int8}) {
            Inference inference(model, pool, 1, precision);
            // The newest is left alone: the recurrence reads it.
            for (const std::size_t age : {std::size_t{2}, span / 2, span}) {
                CAPTURE(age);
                auto state = long_read(inference, 1), other = state;
                for (std::size_t u = 0; u < 37; ++u) other.hidden(0, 0, (age - 1) * 37 + u) += 1;
                for (auto at = age; at < span + 3; ++at) {
                    CAPTURE(at);
                    const auto id = random_ids(1, 1, 23, static_cast<std::uint32_t>(at));
                    Tensor<2> logits, other_logits;
                    inference.advance(id, state, logits);
                    inference.advance(id, other, other_logits);
                    CHECK(same_bits(logits, other_logits) == (at > span));
                }
                CHECK(same_bits(state.hidden, other.hidden));
                CHECK(same_bits(state.states, other.states));
            }
        }
    }

    TEST_CASE("a stream that is cleared begins like one without a past") {
        ThreadPool pool(1);
        const auto model = lively_model(k_config);
        Inference inference(model, pool, 2);
        auto state = long_read(inference, 2), fresh = RecurrentState::zeros(k_config, 2);
        state.clear(1);
        Tensor<2> logits, fresh_logits;
        const auto ids = random_ids(9, 2, 23, 2);
        inference.advance(ids, state, logits);
        inference.advance(ids, fresh, fresh_logits);
        std::size_t different = 0;
        for (std::size_t v = 0; v < 23; ++v) {
            different += logits(0, v) != fresh_logits(0, v) ? 1 : 0;
            CHECK(logits(1, v) == fresh_logits(1, v));
        }
        CHECK(different > 0);
    }
}
