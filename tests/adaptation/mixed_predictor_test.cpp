#include "adaptation/mixed_predictor.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "adaptation/dynamic_evaluation.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;

namespace {

constexpr std::size_t k_mixed_symbols = 12;

using Symbols = std::vector<TokenId>;

/// A text in which some symbols are likelier than others and what stood twelve before comes again.
Symbols drawn_text(std::size_t size, std::uint64_t seed) {
    Symbols text{0};
    for (std::uint64_t i = 1; text.size() < size; ++i) {
        const double u = random_uniform({.seed = seed}, 2 * i);
        const bool again = i > 12 && random_uniform({.seed = seed}, 2 * i + 1) < 0.8F;
        text.push_back(again ? text[i - 12] : static_cast<TokenId>(u * u * k_mixed_symbols));
    }
    return text;
}

NgramModel ngrams(std::size_t symbols = k_mixed_symbols) {
    return NgramModel({.vocabulary_size = symbols, .order = 5});
}

NgramModel counted_ngrams() {
    auto counted = ngrams();
    for (const TokenId symbol : drawn_text(300, 2)) counted.add(symbol);
    return counted;
}

double sum(std::span<const float> p) {
    double total = 0;
    for (const float x : p) total += double{x};
    return total;
}

/// Less than what all symbols share (a millionth), so that a part counted twice is seen.
constexpr double k_rounding = 5e-7;

/// A net that is told what it says: the logits of the symbol that follows in `text`.
class ToldNet {
public:
    /// `strength`: of the symbol that follows, from -1 (sure of another) to 1, times `scale`.
    ToldNet(const Symbols& text, float scale) : text_(text), scale_(scale) {}

    std::span<const float> operator()(TokenId) {
        ++position_;
        logits_.assign(k_mixed_symbols, 0);
        if (position_ < text_.size()) logits_[text_[position_]] = scale_;
        return logits_;
    }

private:
    const Symbols& text_;
    float scale_;
    std::size_t position_ = 0;
    std::vector<float> logits_;
};

/// Nats of the symbols from `from` on.
double nats(Predictor& predictor, const Symbols& text, std::size_t from = 1) {
    double total = 0;
    predictor.read(text[0]);
    for (std::size_t i = 1; i < text.size(); ++i) {
        const auto p = predictor.probabilities();
        if (i >= from) total -= std::log(double{p[text[i]]});
        predictor.read(text[i]);
    }
    return total;
}

double mixed_nats(const Symbols& text, float scale, std::size_t from) {
    const CpuMachine machine(1);
    MixedPredictor predictor(machine, ToldNet(text, scale), ngrams());
    return nats(predictor, text, from);
}

double ngram_nats(const Symbols& text, std::size_t from) {
    auto model = ngrams();
    double total = 0;
    model.add(text[0]);
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (i >= from) total -= std::log(model.probability(text[i]));
        model.add(text[i]);
    }
    return total;
}

}  // namespace

TEST_SUITE("adaptation/mixed_predictor") {
    TEST_CASE("at every symbol the mixture and each of its parts are positive and sum to one") {
        const auto text = drawn_text(400, 1);
        const auto model = untrained_model(k_mixed_symbols, 4);
        DynamicEvaluation adapted(model, {.learning_rate = 0.01F, .segment = 7});
        std::vector<float> net;
        auto alone = counted_ngrams();
        alone.forget_context();
        MixedPredictor predictor(
            model.machine(),
            [&](TokenId symbol) {
                const auto logits = adapted.next(symbol);
                net.assign(logits.begin(), logits.end());
                return logits;
            },
            counted_ngrams(), MixtureConfig{.rate = 0.3F, .least_rate = 0.3F});
        NgramPrediction prediction;
        for (const TokenId symbol : text) {
            predictor.read(symbol);
            alone.add(symbol);
            const auto p = predictor.probabilities();
            REQUIRE(p.size() == k_mixed_symbols);
            REQUIRE(std::abs(sum(p) - 1) < k_rounding);
            model.machine().softmax(net, 1);
            REQUIRE(std::abs(sum(net) - 1) < 1e-5);
            alone.predict(prediction);
            double ngram_sum = 0;
            for (std::size_t s = 0; s < k_mixed_symbols; ++s) {
                REQUIRE(p[s] > 0);
                REQUIRE(net[s] > 0);
                REQUIRE(prediction.probabilities[s] > 0);
                ngram_sum += prediction.probabilities[s];
            }
            REQUIRE(std::abs(ngram_sum - 1) < 1e-12);
        }
    }

    TEST_CASE("it sums to one whatever the net says, and nothing becomes impossible") {
        const auto text = drawn_text(200, 3);
        const CpuMachine machine(1);
        for (const float scale : {-1e4F, -80.0F, 0.0F, 80.0F, 1e4F}) {
            MixedPredictor predictor(machine, ToldNet(text, scale), ngrams());
            for (const TokenId symbol : text) {
                predictor.read(symbol);
                const auto p = predictor.probabilities();
                REQUIRE(std::abs(sum(p) - 1) < k_rounding);
                for (const float x : p) REQUIRE(x > 5e-8F);
            }
        }
    }

    TEST_CASE("what is predicted does not depend on what comes") {
        auto text = drawn_text(200, 5);
        const auto predictions = [&] {
            const auto model = untrained_model(k_mixed_symbols, 4);
            DynamicEvaluation adapted(model, {.learning_rate = 0.01F, .segment = 7});
            MixedPredictor predictor(
                model.machine(), [&](TokenId symbol) { return adapted.next(symbol); }, ngrams());
            std::vector<std::vector<float>> all;
            for (const TokenId symbol : text) {
                predictor.read(symbol);
                const auto p = predictor.probabilities();
                all.emplace_back(p.begin(), p.end());
            }
            return all;
        };
        const auto before = predictions();
        text[120] = (text[120] + 1) % k_mixed_symbols;
        const auto after = predictions();
        for (std::size_t i = 0; i < 120; ++i) REQUIRE(before[i] == after[i]);
        CHECK(before[120] != after[120]);
    }

    TEST_CASE("a net that knows is believed, and one that is wrong is left to itself") {
        const auto text = drawn_text(3000, 6);
        const double alone = ngram_nats(text, 1500);
        CHECK(mixed_nats(text, 3, 1500) < 0.5 * alone);
        CHECK(mixed_nats(text, 0, 1500) < 1.05 * alone);
        CHECK(mixed_nats(text, -3, 1500) < 0.9 * alone);  // what it never says, it knows, too
    }

    TEST_CASE("n-grams that know nothing take little from a net") {
        Symbols text{0};  // no symbol depends on those before
        for (std::uint64_t i = 0; i < 3000; ++i)
            text.push_back(static_cast<TokenId>(random_uniform({.seed = 7}, i) * k_mixed_symbols));
        const double net = 2999 * std::log((std::exp(2.0) + k_mixed_symbols - 1) / std::exp(2.0));
        CHECK(mixed_nats(text, 2, 1) < 1.03 * net);
    }

    TEST_CASE("both together predict better than the better of them") {
        // The net knows of every other symbol alone, the n-grams of those that come again.
        const auto text = drawn_text(4000, 8);
        const CpuMachine machine(1);
        std::size_t at = 0;
        std::vector<float> logits(k_mixed_symbols);
        const auto net = [&](TokenId) -> std::span<const float> {
            logits.assign(k_mixed_symbols, 0);
            if (++at < text.size() && at % 2 == 0) logits[text[at]] = 2;
            return logits;
        };
        MixedPredictor predictor(machine, net, ngrams());
        double of_net = 0;
        for (std::size_t i = 1; i < text.size(); ++i)
            of_net += i % 2 == 0 ? std::log((std::exp(2.0) + k_mixed_symbols - 1) / std::exp(2.0))
                                 : std::log(double{k_mixed_symbols});
        CHECK(nats(predictor, text) < 0.8 * std::min(of_net, ngram_nats(text, 1)));
    }

    TEST_CASE("a net that ran away is an error, and so is asking before anything was read") {
        const CpuMachine machine(1);
        std::vector<float> logits(k_mixed_symbols, std::numeric_limits<float>::quiet_NaN());
        MixedPredictor predictor(
            machine, [&](TokenId) { return std::span<const float>(logits); }, ngrams());
        CHECK_THROWS_AS(predictor.probabilities(), std::logic_error);
        predictor.read(0);
        CHECK_THROWS_AS(predictor.probabilities(), DivergenceError);
    }
}
