#include "adaptation/ngram_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

#include "base/random.hpp"

using namespace carousel;

namespace {

using Symbols = std::vector<TokenId>;

constexpr TokenId k_begin = 999;  // what stands in front of the first symbol

NgramModel model_of(const Symbols& text, const NgramConfig& config) {
    NgramModel model(config);
    for (const TokenId symbol : text) model.add(symbol);
    return model;
}

double sum_of_probabilities(const NgramModel& model) {
    double sum = 0;
    for (TokenId s = 0; s < model.config().vocabulary_size; ++s) sum += model.probability(s);
    return sum;
}

/// A text in which some symbols are likelier than others and the last two matter.
Symbols drawn_text(std::size_t size, std::uint64_t seed, TokenId vocabulary) {
    Symbols text;
    for (std::uint64_t i = 0; text.size() < size; ++i) {
        const double u = random_uniform({.seed = seed}, 2 * i);
        const TokenId next = static_cast<TokenId>(u * u * vocabulary);
        text.push_back(text.size() > 1 && random_uniform({.seed = seed}, 2 * i + 1) < 0.6F
                           ? (text.back() + 2 * text[text.size() - 2] + 1) % vocabulary
                           : next);
    }
    return text;
}

/// The same model by its definition: every count is taken from the whole text anew.
double defined_probability(const Symbols& text, const Symbols& context, TokenId symbol, int order,
                           std::size_t vocabulary) {
    // The number of each sequence of k + 1 symbols: occurrences, or different symbols in front.
    const auto counts_of = [&](std::size_t k) {
        std::map<Symbols, std::set<std::uint64_t>> marks;
        const bool longest = k + 1 == static_cast<std::size_t>(order);
        for (std::size_t i = k; i < text.size(); ++i) {
            const Symbols sequence(text.begin() + static_cast<std::ptrdiff_t>(i - k),
                                   text.begin() + static_cast<std::ptrdiff_t>(i + 1));
            const std::uint64_t front = i == k ? k_begin : text[i - k - 1];
            marks[sequence].insert(longest ? 1'000'000 + i : front);
        }
        std::map<Symbols, double> counts;
        for (const auto& [sequence, mark] : marks) {
            counts[sequence] = static_cast<double>(mark.size());
        }
        return counts;
    };
    double p = 1 / static_cast<double>(vocabulary);
    for (std::size_t k = 0; k <= context.size(); ++k) {
        const auto counts = counts_of(k);
        std::vector<double> n(6, 1);
        for (const auto& [sequence, count] : counts) {
            if (count <= 4) n[static_cast<std::size_t>(count)] += 1;
        }
        const double Y = n[1] / (n[1] + 2 * n[2]);
        std::vector<double> D{0};
        for (int j = 1; j <= 3; ++j) {
            const auto i = static_cast<std::size_t>(j);
            D.push_back(std::min(std::max(j - (j + 1) * Y * n[i + 1] / n[i], 0.05), D[i - 1] + 1));
        }
        const Symbols end(context.end() - static_cast<std::ptrdiff_t>(k), context.end());
        double all = 0, freed = 0, own = 0;
        for (const auto& [sequence, count] : counts) {
            if (!std::equal(end.begin(), end.end(), sequence.begin())) continue;
            const double discount = D[static_cast<std::size_t>(std::min(count, 3.0))];
            all += count;
            freed += discount;
            if (sequence.back() == symbol) own = count - discount;
        }
        if (all == 0) break;
        p = (own + freed * p) / all;
    }
    return p;
}

}  // namespace

TEST_SUITE("adaptation/ngram_model") {
    TEST_CASE("a model of nothing finds every symbol equally likely") {
        const NgramModel model({.vocabulary_size = 5});
        for (TokenId s = 0; s < 5; ++s) CHECK(model.probability(s) == doctest::Approx(0.2));
    }

    TEST_CASE("order 1 is the discounted shares of the symbols, mixed with 1 / V") {
        // 1 1 1 2 2 3: one symbol counted once, one twice, one three times, none four times. Each
        // of these numbers with one more is 2, 2, 2, 1, so Y = 2 / (2 + 4) = 1/3, D(1) = 1 - 2/3 =
        // 1/3, D(2) = 2 - 1 = 1, D(3) = 3 - 4/3 · 1/2 = 7/3, which is cut to D(2) + 1 = 2. Of the
        // six counts 1/3 + 1 + 2 = 10/3 are free for all four symbols.
        const auto model = model_of({1, 1, 1, 2, 2, 3}, {.vocabulary_size = 4, .order = 1});
        const double shared = 10.0 / 3 / 6 / 4;
        CHECK(model.probability(0) == doctest::Approx(shared).epsilon(1e-14));
        CHECK(model.probability(1) == doctest::Approx((3 - 2) / 6.0 + shared).epsilon(1e-14));
        CHECK(model.probability(2) == doctest::Approx((2 - 1) / 6.0 + shared).epsilon(1e-14));
        CHECK(model.probability(3) == doctest::Approx((1 - 1.0 / 3) / 6 + shared).epsilon(1e-14));
    }

    TEST_CASE("order 2 is right where it is computed by hand") {
        // 1 2 1 2 1 3, V = 4. Pairs: 12 twice, 21 twice, 13 once, so n_1 = 1, n_2 = 2; with one
        // more 2, 3, 1, 1: Y = 2/8, D(1) = 1 - 2/4 · 3/2 = 1/4, D(2) = 2 - 3/4 · 1/3 = 5/4 at most
        // 1/4 + 1. Single symbols count the different ones in front: 1 has the beginning and 2,
        // 2 has 1, and 3 has 1: n_1 = 2, n_2 = 1, with one more 3, 2, 1, 1: Y = 3/7,
        // D(1) = 1 - 6/7 · 2/3 = 3/7, D(2) = 2 - 9/7 · 1/2 = 19/14, which is less than 3/7 + 1.
        auto model = model_of({1, 2, 1, 2, 1, 3}, {.vocabulary_size = 4, .order = 2});
        const double freed = 2 * 3.0 / 7 + 19.0 / 14;  // of four counts
        const double p0 = freed / 4 / 4;
        const double p1 = (2 - 19.0 / 14) / 4 + p0, p2 = (1 - 3.0 / 7) / 4 + p0;
        // Behind 3 nothing was counted, so the single symbols decide.
        CHECK(model.probability(0) == doctest::Approx(p0).epsilon(1e-14));
        CHECK(model.probability(1) == doctest::Approx(p1).epsilon(1e-14));
        CHECK(model.probability(2) == doctest::Approx(p2).epsilon(1e-14));
        CHECK(model.probability(3) == doctest::Approx(p2).epsilon(1e-14));
        // Behind 1 stand 2 twice and 3 once: of three counts 5/4 + 1/4 are free.
        model.read(1);
        CHECK(model.probability(0) == doctest::Approx(0.5 * p0).epsilon(1e-14));
        CHECK(model.probability(2) == doctest::Approx(0.75 / 3 + 0.5 * p2).epsilon(1e-14));
        CHECK(model.probability(3) == doctest::Approx(0.75 / 3 + 0.5 * p2).epsilon(1e-14));
    }

    TEST_CASE("counts kept up to date give what the definition gives on the whole text") {
        const Symbols text = drawn_text(120, 5, 6);
        for (const int order : {1, 2, 3, 5}) {
            NgramModel model({.vocabulary_size = 6, .order = order});
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (i % 17 == 16) {
                    const Symbols before(text.begin(), text.begin() + static_cast<long>(i));
                    const auto known =
                        std::min<std::size_t>(i, static_cast<std::size_t>(order) - 1);
                    const Symbols context(before.end() - static_cast<long>(known), before.end());
                    for (TokenId s = 0; s < 6; ++s) {
                        CHECK(model.probability(s) ==
                              doctest::Approx(defined_probability(before, context, s, order, 6))
                                  .epsilon(1e-12));
                    }
                }
                model.add(text[i]);
            }
        }
    }

    TEST_CASE("the probabilities of all symbols sum to 1 behind any text, known or not") {
        const Symbols text = drawn_text(3000, 7, 40), other = drawn_text(300, 8, 50);
        for (const int order : {1, 2, 6, 16}) {
            NgramModel model({.vocabulary_size = 50, .order = order});
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (i % 311 == 0) CHECK(sum_of_probabilities(model) == doctest::Approx(1));
                model.add(text[i]);
            }
            model.forget_context();
            CHECK(sum_of_probabilities(model) == doctest::Approx(1));
            for (const TokenId symbol : other) {
                model.read(symbol);
                CHECK(sum_of_probabilities(model) == doctest::Approx(1).epsilon(1e-12));
            }
        }
    }

    TEST_CASE("nothing is impossible") {
        // Every pair is counted twice, which leaves least to what was never seen.
        auto model = model_of({1, 2, 3, 1, 2, 3, 1}, {.vocabulary_size = 9, .order = 2});
        for (TokenId s = 0; s < 9; ++s) CHECK(model.probability(s) > 0);
    }

    TEST_CASE("what is only read changes no count") {
        const Symbols text = drawn_text(500, 9, 8);
        auto model = model_of(text, {.vocabulary_size = 8});
        std::vector<double> before;
        for (const TokenId symbol : text) {
            before.push_back(model.probability(symbol));
            model.read(symbol);
        }
        const auto sequences = model.sequences();
        model = model_of(text, {.vocabulary_size = 8});
        for (std::size_t i = 0; i < text.size(); ++i) {
            CHECK(model.probability(text[i]) == before[i]);
            model.read(text[i]);
        }
        CHECK(model.sequences() == sequences);
    }

    TEST_CASE("a text that repeats becomes nearly certain to a model that learns as it reads") {
        NgramModel model({.vocabulary_size = 100, .order = 6});
        for (int round = 0; round < 200; ++round) {
            for (const TokenId symbol : {7U, 1U, 7U, 2U, 99U}) {
                if (round == 199) CHECK(model.probability(symbol) > 0.98);
                model.add(symbol);
            }
        }
    }

    TEST_CASE("a longer context is preferred where it was seen") {
        Symbols text;
        for (int i = 0; i < 60; ++i) text.insert(text.end(), {1, 2, 3, 4, 2, 5});
        auto model = model_of(text, {.vocabulary_size = 6, .order = 3});
        model.forget_context();
        model.read(2);
        CHECK(model.probability(3) < 0.6);
        model.forget_context();
        model.read(1);
        model.read(2);
        CHECK(model.probability(3) > 0.95);
    }

    TEST_CASE("a full memory takes no more sequences and the model stays one") {
        const Symbols text = drawn_text(5000, 11, 90);
        NgramModel model({.vocabulary_size = 90, .order = 6, .most_sequences = 700});
        for (std::size_t i = 0; i < text.size(); ++i) {
            model.add(text[i]);
            if (i % 401 == 0) CHECK(sum_of_probabilities(model) == doctest::Approx(1));
        }
        CHECK(model.sequences() == 700);
    }

    TEST_CASE("all symbols at once are what each is alone, bit for bit, known or not") {
        const Symbols text = drawn_text(2000, 12, 30), other = drawn_text(200, 13, 36);
        for (const int order : {1, 3, 6}) {
            auto model = model_of(text, {.vocabulary_size = 36, .order = order});
            NgramPrediction prediction;
            for (const TokenId symbol : other) {
                model.predict(prediction);
                REQUIRE(prediction.probabilities.size() == 36);
                for (TokenId s = 0; s < 36; ++s)
                    REQUIRE(prediction.probabilities[s] == model.probability(s));
                model.read(symbol);
            }
        }
    }

    TEST_CASE("the gains of a symbol are what sets it apart from those that were never seen") {
        const Symbols text = drawn_text(2000, 14, 30);
        const auto model = model_of(text, {.vocabulary_size = 36, .order = 4});
        NgramPrediction prediction;
        model.predict(prediction);
        CHECK(prediction.contexts.size() == 4);
        std::vector<double> gains(36, 0);
        for (const auto& context : prediction.contexts) {
            CHECK(context.last - context.first == context.kinds);
            CHECK(context.count >= context.kinds);
            for (std::size_t i = context.first; i < context.last; ++i) {
                CHECK(prediction.seen[i].gain > 0);
                gains[prediction.seen[i].symbol] += double{prediction.seen[i].gain};
            }
        }
        const double none = std::log(model.probability(35));  // no context has it
        for (TokenId s = 0; s < 36; ++s)
            CHECK(std::log(model.probability(s)) - none == doctest::Approx(gains[s]).epsilon(1e-5));
    }

    TEST_CASE("sizes out of range are refused") {
        CHECK_THROWS_AS(NgramModel({.vocabulary_size = 1}), std::logic_error);
        CHECK_THROWS_AS(NgramModel({.vocabulary_size = 9, .order = 0}), std::logic_error);
        CHECK_THROWS_AS(NgramModel({.vocabulary_size = 9, .order = 17}), std::logic_error);
    }
}
