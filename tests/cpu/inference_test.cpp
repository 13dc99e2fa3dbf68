#include "cpu/inference.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

/// What a text gives: surprisals of all symbols, logits and state at the end.
struct Outcome {
    Tensor<2> surprisals, logits;
    RecurrentState state;
};

TokenIds steps_of(const TokenIds& ids, std::size_t begin, std::size_t count) {
    TokenIds part(TokenIds::shape_type{count, ids.shape(1)});
    std::copy_n(ids.data() + begin * ids.shape(1), part.size(), part.data());
    return part;
}

TokenIds stream_of(const TokenIds& ids, std::size_t stream) {
    TokenIds part(TokenIds::shape_type{ids.shape(0), 1});
    for (std::size_t t = 0; t < ids.shape(0); ++t) part(t, 0) = ids(t, stream);
    return part;
}

/// Runs a text in calls of the given lengths, in turn, with room for `room` streams or for its own.
Outcome run(const LanguageModel& model, int threads, const TokenIds& inputs,
            const TokenIds& targets, const std::vector<std::size_t>& lengths,
            Precision precision = Precision::float32, std::int64_t room = 0) {
    ThreadPool pool(threads);
    const auto streams = static_cast<std::int64_t>(inputs.shape(1));
    Inference inference(model, pool, std::max(room, streams), precision);
    Outcome outcome{Tensor<2>({inputs.shape(0), inputs.shape(1)}),
                    {},
                    RecurrentState::zeros(model.config(), streams)};
    auto logits_state = outcome.state;
    for (std::size_t begin = 0, turn = 0; begin < inputs.shape(0); ++turn) {
        const auto count = std::min(lengths[turn % lengths.size()], inputs.shape(0) - begin);
        Tensor<2> part;
        inference.surprisals(steps_of(inputs, begin, count), steps_of(targets, begin, count),
                             outcome.state, part);
        std::copy(part.begin(), part.end(), outcome.surprisals.data() + begin * inputs.shape(1));
        inference.advance(steps_of(inputs, begin, count), logits_state, outcome.logits);
        begin += count;
    }
    CHECK(same_bits(logits_state.hidden, outcome.state.hidden));
    CHECK(same_bits(logits_state.states, outcome.state.states));
    return outcome;
}

void check_equal(const Outcome& a, const Outcome& b) {
    CHECK(same_bits(a.surprisals, b.surprisals));
    CHECK(same_bits(a.logits, b.logits));
    CHECK(same_bits(a.state.hidden, b.state.hidden));
    CHECK(same_bits(a.state.states, b.state.states));
}

/// Also a model whose table of input gates is too large to be kept whole.
std::vector<LanguageModelConfig> configs() {
    auto all = odd_configs();
    all.push_back({.vocabulary_size = 40000, .layers = 1, .hidden_size = 17, .embedding_size = 3});
    return all;
}

}  // namespace

TEST_SUITE("cpu/inference") {
    TEST_CASE("a text cut into calls of any lengths gives the same bits as in one call") {
        for (const auto& config : configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const auto model = lively_model(config);
            const auto inputs = random_ids(300, 2, config.vocabulary_size, 1);
            const auto targets = random_ids(300, 2, config.vocabulary_size, 2);
            const auto whole = run(model, 1, inputs, targets, {300});
            for (const auto& lengths :
                 std::vector<std::vector<std::size_t>>{{1}, {7, 1, 64}, {129, 128}}) {
                check_equal(run(model, 1, inputs, targets, lengths), whole);
            }
        }
    }

    TEST_CASE("the number of threads changes no bit, in every precision") {
        for (const auto& config : configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const auto model = lively_model(config);
            for (const std::size_t streams : {1, 5, 33}) {
                const auto inputs = random_ids(20, streams, config.vocabulary_size, 1);
                const auto targets = random_ids(20, streams, config.vocabulary_size, 2);
                for (const auto precision :
                     {Precision::float32, Precision::int8, Precision::bf16}) {
                    const auto one = run(model, 1, inputs, targets, {13}, precision);
                    for (const int threads : {2, 3, 8})
                        check_equal(run(model, threads, inputs, targets, {13}, precision), one);
                }
            }
        }
    }

    TEST_CASE("a stream gives the same bits alone and in a batch") {
        for (const auto& config : configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const auto model = lively_model(config);
            const std::size_t streams = 19, steps = 12;
            const auto inputs = random_ids(steps, streams, config.vocabulary_size, 1);
            const auto targets = random_ids(steps, streams, config.vocabulary_size, 2);
            for (const auto precision : {Precision::float32, Precision::int8, Precision::bf16}) {
                const auto batch = run(model, 2, inputs, targets, {5}, precision);
                for (const std::size_t b : {0, 7, 18}) {
                    const auto alone = run(model, 1, stream_of(inputs, b), stream_of(targets, b),
                                           {steps}, precision);
                    for (std::size_t t = 0; t < steps; ++t) {
                        REQUIRE(alone.surprisals(t, 0) == batch.surprisals(t, b));
                    }
                    for (std::size_t v = 0; v < alone.logits.shape(1); ++v) {
                        REQUIRE(alone.logits(0, v) == batch.logits(b, v));
                    }
                }
            }
        }
    }

    TEST_CASE("streams give the same bits where there is room for more of them") {
        for (const auto& config : configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const auto model = lively_model(config);
            const auto inputs = random_ids(300, 2, config.vocabulary_size, 1);
            const auto targets = random_ids(300, 2, config.vocabulary_size, 2);
            for (const auto precision : {Precision::float32, Precision::int8, Precision::bf16}) {
                const auto exact = run(model, 1, inputs, targets, {300}, precision);
                for (const std::int64_t room : {3, 150, 300}) {
                    check_equal(run(model, 2, inputs, targets, {300}, precision, room), exact);
                }
            }
        }
    }

    TEST_CASE("surprisals are minus the logarithms of the softmax of the logits") {
        ThreadPool pool(1);
        for (const auto& config : odd_configs()) {
            const auto model = lively_model(config);
            Inference inference(model, pool, 2);
            auto state = RecurrentState::zeros(config, 2), other = state;
            const auto inputs = random_ids(9, 2, config.vocabulary_size, 1);
            const auto targets = random_ids(9, 2, config.vocabulary_size, 2);
            Tensor<2> logits, surprisals;
            inference.surprisals(inputs, targets, state, surprisals);
            for (std::size_t t = 0; t < 9; ++t) {
                inference.advance(steps_of(inputs, t, 1), other, logits);
                for (std::size_t b = 0; b < 2; ++b) {
                    double sum = 0;
                    for (std::size_t v = 0; v < logits.shape(1); ++v)
                        sum += std::exp(double{logits(b, v)});
                    const double expected = std::log(sum) - double{logits(b, targets(t, b))};
                    CHECK(std::abs(double{surprisals(t, b)} - expected) < 1e-5);
                }
            }
        }
    }

    TEST_CASE("the likeliest symbols are those of the largest logits, with their probabilities") {
        ThreadPool pool(2);
        for (const auto& config : odd_configs()) {
            const auto model = lively_model(config);
            Inference inference(model, pool, 2);
            auto state = RecurrentState::zeros(config, 2), other = state, third = state;
            const auto inputs = random_ids(9, 2, config.vocabulary_size, 1);
            const auto targets = random_ids(9, 2, config.vocabulary_size, 2);
            Tensor<2> logits, plain, nats;
            LikelySymbols likely{.most = 4};
            inference.surprisals(inputs, targets, third, plain);
            inference.surprisals(inputs, targets, state, nats, likely);
            CHECK(nats == plain);
            for (std::size_t t = 0; t < 9; ++t) {
                inference.advance(steps_of(inputs, t, 1), other, logits);
                const auto v = logits.shape(1);
                for (std::size_t b = 0; b < 2; ++b) {
                    const auto told = likely.at(t * 2 + b);
                    REQUIRE(told.size() == std::min<std::size_t>(4, v));
                    double sum = 0;
                    for (std::size_t id = 0; id < v; ++id) sum += std::exp(double{logits(b, id)});
                    std::vector<TokenId> order(v);
                    std::iota(order.begin(), order.end(), TokenId{0});
                    std::stable_sort(order.begin(), order.end(), [&](TokenId one, TokenId two) {
                        return logits(b, one) > logits(b, two);
                    });
                    for (std::size_t k = 0; k < told.size(); ++k) {
                        CHECK(told[k].id == order[k]);
                        CHECK(std::abs(double{told[k].probability} -
                                       std::exp(double{logits(b, order[k])}) / sum) < 1e-5);
                    }
                }
            }
        }
    }

    TEST_CASE("ids outside the vocabulary and other shapes are refused") {
        ThreadPool pool(1);
        const auto config = odd_configs()[3];
        const auto model = lively_model(config);
        Inference inference(model, pool, 2);
        auto state = RecurrentState::zeros(config, 2);
        Tensor<2> out;
        const auto good = random_ids(3, 2, config.vocabulary_size, 1);
        auto bad = good;
        bad(2, 1) = static_cast<TokenId>(config.vocabulary_size);
        CHECK_NOTHROW(inference.surprisals(good, good, state, out));
        CHECK_THROWS_AS(inference.advance(bad, state, out), std::logic_error);
        CHECK_THROWS_AS(inference.surprisals(bad, good, state, out), std::logic_error);
        CHECK_THROWS_AS(inference.surprisals(good, bad, state, out), std::logic_error);
        CHECK_THROWS_AS(inference.surprisals(good, steps_of(good, 0, 2), state, out),
                        std::logic_error);
        CHECK_THROWS_AS(inference.advance(steps_of(good, 0, 0), state, out), std::logic_error);
        CHECK_THROWS_AS(inference.advance(stream_of(good, 0), state, out), std::logic_error);
        auto long_state = RecurrentState::zeros(config, 3);
        CHECK_THROWS_AS(
            inference.advance(random_ids(3, 3, config.vocabulary_size, 1), long_state, out),
            std::logic_error);
        auto short_state = RecurrentState::zeros(config, 1);
        CHECK_THROWS_AS(inference.advance(good, short_state, out), std::logic_error);
    }
}
