#include "cpu/transformer_layers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

#include "cpu/inference.hpp"
#include "cpu/small_model.hpp"

using namespace carousel;

// What is particular to this kind of net. That texts may be cut anywhere, that threads and other
// streams change no bit, and that training and reading agree is asked of every net in the tests of
// those; that it computes what docs/transformer.md says, in tests/reference.

namespace {

constexpr LanguageModelConfig k_transformer{.cell = CellKind::transformer,
                                            .vocabulary_size = 23,
                                            .layers = 1,
                                            .hidden_size = 24,
                                            .embedding_size = 24,
                                            .heads = 2,
                                            .context = 6};

/// Logits after a text, read at once.
Tensor<2> logits_after(const LanguageModel& model, const TokenIds& ids, RecurrentState& state) {
    ThreadPool pool(1);
    Inference inference(model, pool, 1);
    Tensor<2> logits;
    inference.advance(ids, state, logits);
    return logits;
}
Tensor<2> logits_after(const LanguageModel& model, const TokenIds& ids) {
    auto state = RecurrentState::zeros(model.config(), 1);
    return logits_after(model, ids, state);
}

/// The same, so many symbols at a time: what is seen of those before was remembered.
Tensor<2> logits_in_pieces(const LanguageModel& model, const TokenIds& ids, std::size_t piece) {
    auto state = RecurrentState::zeros(model.config(), 1);
    Tensor<2> logits;
    for (std::size_t begin = 0; begin < ids.shape(0); begin += piece) {
        const auto count = std::min(piece, ids.shape(0) - begin);
        TokenIds part(TokenIds::shape_type{count, 1});
        std::copy_n(ids.data() + begin, count, part.data());
        logits = logits_after(model, part, state);
    }
    return logits;
}

TokenIds with(TokenIds ids, std::size_t t, TokenId id) {
    ids(t, 0) = ids(t, 0) == id ? id + 1 : id;
    return ids;
}

}  // namespace

TEST_SUITE("cpu/transformer_layers") {
    TEST_CASE("one layer sees its context, and nothing before that") {
        const auto model = lively_model(k_transformer);
        const auto ids = random_ids(20, 1, 23, 1);
        const auto logits = logits_after(model, ids);
        for (const std::size_t piece : {20, 7, 1}) {
            CAPTURE(piece);
            for (std::size_t t = 0; t < 20; ++t) {
                CAPTURE(t);
                const auto other = logits_in_pieces(model, with(ids, t, 3), piece);
                CHECK(same_bits(other, logits) == (t < 14));
            }
        }
    }

    TEST_CASE("each layer more reaches a context further, less the symbol itself") {
        auto config = k_transformer;
        config.layers = 3;
        const auto model = lively_model(config);
        const auto ids = random_ids(20, 1, 23, 1);
        const auto logits = logits_after(model, ids);
        for (const std::size_t t : {3, 4}) {
            CAPTURE(t);
            const bool same = same_bits(logits_after(model, with(ids, t, 3)), logits);
            CHECK(same == (t < 20 - 1 - 3 * 5));
        }
    }

    TEST_CASE("a model whose heads do not divide its units is a bug") {
        auto config = k_transformer;
        const auto weights = lively_model(config).weights();
        config.heads = 5;
        CHECK_THROWS_AS(LanguageModel(config, weights), std::logic_error);
        config.heads = 0;
        CHECK_THROWS_AS(LanguageModel(config, weights), std::logic_error);
    }

    TEST_CASE("the order of what was read counts") {
        const auto model = lively_model(k_transformer);
        TokenIds ids(TokenIds::shape_type{3, 1}), other = ids;
        std::copy_n(std::array<TokenId, 3>{1, 2, 3}.data(), 3, ids.data());
        std::copy_n(std::array<TokenId, 3>{2, 1, 3}.data(), 3, other.data());
        CHECK(!same_bits(logits_after(model, ids), logits_after(model, other)));
    }

    // What a stream has read is known by a number that goes back by a period after two of them.
    TEST_CASE(
        "a text that goes on and on is read as before, to the bit, and its count stays small") {
        const auto model = lively_model(k_transformer);
        constexpr auto k_period = static_cast<float>(RotaryPositions::k_period);
        const auto ids = random_ids(40, 1, 23, 2);
        // 16 symbols before the end of the second period are 16 before that of the first.
        auto first = RecurrentState::zeros(k_transformer, 1), second = first;
        first.states.fill(k_period - 16);
        second.states.fill(2 * k_period - 16);
        CHECK(same_bits(logits_after(model, ids, first), logits_after(model, ids, second)));
        CHECK(same_bits(first.hidden, second.hidden));
        CHECK(first.states(0, 0, 0) == k_period + 24);
    }

    TEST_CASE("a count that no text leaves is that of an empty memory") {
        const auto model = lively_model(k_transformer);
        const auto ids = random_ids(4, 1, 23, 2);
        const auto expected = logits_after(model, ids);
        for (const float count : {-1.0F, 3e6F, 1e30F, -std::numeric_limits<float>::quiet_NaN()}) {
            auto state = RecurrentState::zeros(k_transformer, 1);
            state.states.fill(count);
            CHECK(same_bits(logits_after(model, ids, state), expected));
            CHECK(state.states(0, 0, 0) == 4);
        }
    }

    TEST_CASE("streams that began at different times are read each as it is alone") {
        const auto model = lively_model(k_transformer);
        ThreadPool pool(2);
        Inference inference(model, pool, 3);
        const auto ids = random_ids(12, 3, 23, 5);
        auto together = RecurrentState::zeros(k_transformer, 3);
        Tensor<2> logits;
        inference.advance(ids, together, logits);
        together.clear(1);
        const auto more = random_ids(5, 3, 23, 6);
        inference.advance(more, together, logits);
        for (std::size_t b = 0; b < 3; ++b) {
            CAPTURE(b);
            TokenIds first(TokenIds::shape_type{12, 1}), second(TokenIds::shape_type{5, 1});
            for (std::size_t t = 0; t < 12; ++t) first(t, 0) = ids(t, b);
            for (std::size_t t = 0; t < 5; ++t) second(t, 0) = more(t, b);
            auto alone = RecurrentState::zeros(k_transformer, 1);
            if (b != 1) logits_after(model, first, alone);
            const auto expected = logits_after(model, second, alone);
            for (std::size_t v = 0; v < 23; ++v) CHECK(logits(b, v) == expected(0, v));
        }
    }
}
