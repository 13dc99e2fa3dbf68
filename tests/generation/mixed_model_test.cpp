#include "generation/mixed_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "generation/small_sessions.hpp"
#include "model/reader.hpp"

using namespace carousel;

namespace {

TestModel model_of(CellKind cell, std::int64_t layers, std::int64_t hidden_size,
                   std::uint64_t seed) {
    const LanguageModelConfig config{.cell = cell,
                                     .vocabulary_size = 9,
                                     .layers = layers,
                                     .hidden_size = hidden_size,
                                     .embedding_size = 5};
    auto weights = CpuMachine(1).initial_weights(config, seed);
    for (auto& weight : weights[weights.size() - 2].values) weight *= 8;
    return {config, weights};
}

/// ids (T, B), all different enough.
TokenIds some_ids(std::size_t steps, std::size_t streams) {
    TokenIds ids(TokenIds::shape_type{steps, streams});
    for (std::size_t i = 0; i < ids.size(); ++i) ids.data()[i] = static_cast<TokenId>(i * 5 % 9);
    return ids;
}

/// Logits after `ids`, read by `model` alone.
Tensor<2> logits_of(const Model& model, const TokenIds& ids) {
    const auto streams = static_cast<std::int64_t>(ids.shape(1));
    auto state = RecurrentState::zeros(model.config(), streams);
    Tensor<2> logits;
    model.reader(streams)->advance(ids, state, logits);
    return logits;
}

std::vector<double> probabilities(const Tensor<2>& logits, std::size_t row) {
    std::vector<double> p;
    double sum = 0;
    for (std::size_t v = 0; v < logits.shape(1); ++v) {
        p.push_back(std::exp(double{logits(row, v)}));
        sum += p.back();
    }
    for (auto& each : p) each /= sum;
    return p;
}

std::string written(const Model& model, const Tokenizer& tokenizer, std::int64_t count) {
    SessionBatch batch(model, tokenizer, count);
    Session session(tokenizer, model.config(), {.sampler = {.min_p = 0}, .seed = 4, .length = 60},
                    tokenizer.encode("the "));
    for (std::int64_t i = 0; i < count; ++i) {
        session.draw_from(4, static_cast<std::uint32_t>(i));
        batch.join(session);
    }
    std::string first;
    while (!batch.empty())
        for (const auto& piece : batch.advance())
            if (piece.session == 0) first += piece.text;
    return first;
}

}  // namespace

TEST_SUITE("generation/mixed_model") {
    TEST_CASE(
        "the probabilities are the weighted mean of those of all parts, whatever their shapes") {
        const auto a = model_of(CellKind::lstm, 2, 6, 1), b = model_of(CellKind::gru, 1, 9, 2),
                   c = model_of(CellKind::attention_lstm, 1, 4, 3);
        const MixedModel mixed({{a.operator->(), 2}, {b.operator->(), 1}, {c.operator->(), 1}});
        for (const auto& ids : {some_ids(1, 1), some_ids(7, 1), some_ids(5, 3)}) {
            const auto all = logits_of(mixed, ids);
            for (std::size_t row = 0; row < ids.shape(1); ++row) {
                const auto p = probabilities(all, row),
                           of_a = probabilities(logits_of(a, ids), row),
                           of_b = probabilities(logits_of(b, ids), row),
                           of_c = probabilities(logits_of(c, ids), row);
                for (std::size_t v = 0; v < p.size(); ++v)
                    CHECK(p[v] ==
                          doctest::Approx(of_a[v] / 2 + of_b[v] / 4 + of_c[v] / 4).epsilon(1e-5));
            }
        }
    }

    TEST_CASE("each part remembers for itself: a text in pieces is the text whole") {
        const auto a = model_of(CellKind::lstm, 2, 6, 1), b = model_of(CellKind::slstm, 1, 5, 2);
        const auto c = small_transformer(9);
        const MixedModel mixed({{a.operator->(), 1}, {b.operator->(), 3}, {c.operator->(), 1}});
        const auto ids = some_ids(6, 2);
        auto state = RecurrentState::zeros(mixed.config(), 2);
        Tensor<2> logits;
        const auto reader = mixed.reader(2, Precision::float32);
        for (std::size_t t = 0; t < 6; ++t) {
            TokenIds one(TokenIds::shape_type{1, 2});
            std::copy_n(ids.data() + 2 * t, 2, one.data());
            reader->advance(one, state, logits);
        }
        CHECK(logits == logits_of(mixed, ids));
    }

    TEST_CASE(
        "a symbol that no part has a probability left for keeps its place among the unlikely") {
        const auto a = constant_model({0, 0, -200, -300}), b = constant_model({0, 1, -250, -150});
        const MixedModel mixed({{a.operator->(), 1}, {b.operator->(), 1}});
        const auto logits = logits_of(mixed, TokenIds(TokenIds::shape_type{1, 1}, 0));
        CHECK(logits(0, 1) ==
              doctest::Approx(std::log(0.25 + 0.5 / (1 + std::exp(-1)))).epsilon(1e-6));
        CHECK(logits(0, 2) == doctest::Approx(-200 + 2 * std::log(0.5)).epsilon(1e-5));
        CHECK(logits(0, 3) ==
              doctest::Approx(-150 + std::log(0.5) - std::log(1 + std::exp(1))).epsilon(1e-5));
    }

    TEST_CASE("surprisals are those of the logits, with the likeliest symbols beside them") {
        const auto a = model_of(CellKind::lstm, 1, 6, 1), b = model_of(CellKind::rnn, 1, 5, 2);
        const MixedModel mixed({{a.operator->(), 1}, {b.operator->(), 1}});
        const auto inputs = some_ids(3, 1);
        TokenIds targets(TokenIds::shape_type{3, 1}, 4);
        auto state = RecurrentState::zeros(mixed.config(), 1);
        Tensor<2> surprisals;
        LikelySymbols likely{.most = 2};
        mixed.reader(1, Precision::float32)->surprisals(inputs, targets, state, surprisals, likely);
        const auto p = probabilities(logits_of(mixed, inputs), 0);
        CHECK(surprisals(2, 0) == doctest::Approx(-std::log(p[4])).epsilon(1e-5));
        const auto best = std::max_element(p.begin(), p.end());
        REQUIRE(likely.at(2).size() == 2);
        CHECK(likely.at(2)[0].id == static_cast<TokenId>(best - p.begin()));
        CHECK(double{likely.at(2)[0].probability} == doctest::Approx(*best).epsilon(1e-5));
    }

    TEST_CASE("the surprisal of a text is that of the mean probability, in pieces and whole") {
        const auto a = model_of(CellKind::lstm, 2, 6, 1), b = model_of(CellKind::gru, 1, 5, 2);
        const MixedModel mixed({{a.operator->(), 3}, {b.operator->(), 1}});
        const auto inputs = some_ids(5, 2);
        TokenIds targets(TokenIds::shape_type{5, 2}, 4);
        targets(3, 1) = 7;
        const auto read = [&](const Model& model, const Tensor<2>* whole) {
            auto state = RecurrentState::zeros(model.config(), 2);
            const auto reader = model.reader(2, Precision::float32);
            Tensor<2> nats;
            if (whole == nullptr) {
                reader->surprisals(inputs, targets, state, nats);
                return nats;
            }
            for (std::size_t t = 0; t < 5; ++t) {
                TokenIds in(TokenIds::shape_type{1, 2}), out(in);
                std::copy_n(inputs.data() + 2 * t, 2, in.data());
                std::copy_n(targets.data() + 2 * t, 2, out.data());
                LikelySymbols likely{.most = static_cast<std::int64_t>(t % 2)};
                reader->surprisals(in, out, state, nats, likely);
                CHECK(std::equal(nats.begin(), nats.end(), whole->data() + 2 * t));
            }
            return nats;
        };
        const auto nats = read(mixed, nullptr), of_a = read(a, nullptr), of_b = read(b, nullptr);
        for (std::size_t i = 0; i < nats.size(); ++i) {
            const double p =
                0.75 * std::exp(-double{of_a.data()[i]}) + 0.25 * std::exp(-double{of_b.data()[i]});
            CHECK(double{nats.data()[i]} == doctest::Approx(-std::log(p)).epsilon(1e-6));
        }
        read(mixed, &nats);
    }

    TEST_CASE("a mix writes the same alone and in a batch, on any number of threads") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto a = endless_model(tokenizer, 5), b = endless_model(tokenizer, 6);
        const MixedModel mixed({{a.operator->(), 1}, {b.operator->(), 1}});
        const auto text = written(mixed, tokenizer, 1);
        CHECK(text.size() == 60);
        CHECK(text != written(a, tokenizer, 1));
        CHECK(text != written(b, tokenizer, 1));
        CHECK(written(mixed, tokenizer, 4) == text);
        const auto a2 = a.on(2), b2 = b.on(2);
        CHECK(written(MixedModel({{a2.operator->(), 1}, {b2.operator->(), 1}}), tokenizer, 3) ==
              text);
        // Shares count by their ratio.
        CHECK(written(MixedModel({{a.operator->(), 0.25}, {b.operator->(), 0.25}}), tokenizer, 1) ==
              text);
    }

    TEST_CASE("a mix of nothing, of no share, or of two alphabets is a bug") {
        const auto a = model_of(CellKind::lstm, 1, 6, 1), b = constant_model({0, 0, 0});
        CHECK_THROWS_AS(MixedModel({}), std::logic_error);
        CHECK_THROWS_AS(MixedModel({{a.operator->(), 0}}), std::logic_error);
        CHECK_THROWS_AS(MixedModel({{a.operator->(), 1}, {b.operator->(), 1}}), std::logic_error);
    }
}
