#include "evaluation/baseline.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "support/tiny_corpus.hpp"

using namespace carousel;

namespace {

std::string song(int first, int last) {
    std::string text;
    for (int i = first; i < last; ++i) {
        text += "line " + std::to_string(i * i % 89) + " of the song, and so on\n";
    }
    return text;
}

}  // namespace

TEST_SUITE("evaluation/baseline") {
    TEST_CASE("every character of the part is predicted from the symbol before it on") {
        const TinyCorpus corpus({"abcab", "cabcabcab"});
        const auto [training, held_out] = corpus->split(0.5);
        const auto baseline = evaluate_baseline(*corpus, training, *corpus, held_out, 3);
        CHECK(counted_symbols(training) == training.tokens());
        CHECK(baseline.fixed.characters == 7);
        CHECK(baseline.fixed.bytes == 7);
        NgramModel ngrams({.vocabulary_size = corpus->vocabulary().size(), .order = 3});
        for (std::uint64_t i = 0; i < training.end; ++i) ngrams.add(corpus->at(i));
        for (const bool learns : {false, true}) {
            ngrams.forget_context();
            ngrams.read(corpus->at(held_out.begin - 1));
            double nats = 0;
            for (std::uint64_t i = held_out.begin; i < held_out.end; ++i) {
                nats -= std::log(ngrams.probability(corpus->at(i)));
                learns ? ngrams.add(corpus->at(i)) : ngrams.read(corpus->at(i));
            }
            CHECK((learns ? baseline.adaptive : baseline.fixed).nats == nats);
        }
    }

    TEST_CASE("a text like the training text is predicted better than by order 1") {
        const TinyCorpus corpus({song(0, 200)});
        const auto [training, held_out] = corpus->split(0.1);
        const auto six = evaluate_baseline(*corpus, training, *corpus, held_out, 6);
        const auto one = evaluate_baseline(*corpus, training, *corpus, held_out, 1);
        CHECK(nats_per_character(six.fixed) < 0.3);
        CHECK(nats_per_character(one.fixed) > 2);
    }

    TEST_CASE("a text unlike the training text is learned while it is read") {
        const TinyCorpus training({song(0, 50) + "q w x z v\n"});
        std::string other;
        for (int i = 0; i < 40; ++i) other += "x z q w v w ";
        const TinyCorpus text({song(0, 50) + "q w x z v\n", other});
        REQUIRE(training->vocabulary() == text->vocabulary());
        const auto part = text->split(0.2).validation;
        const auto baseline = evaluate_baseline(*training, training->whole(), *text, part, 6);
        CHECK(nats_per_character(baseline.adaptive) < 0.2);
        CHECK(nats_per_character(baseline.fixed) > 1);
    }

    TEST_CASE("symbols of a spelled character are summed and separators are not counted") {
        const TinyCorpus corpus({"aabb\u65e5aabb\u00e9bbaa", "ab\u65e6"}, {.min_count = 2});
        const auto whole = corpus->whole();
        const auto baseline = evaluate_baseline(*corpus, whole, *corpus, whole, 2);
        CHECK(baseline.fixed.characters == whole.characters);
        CHECK(baseline.fixed.bytes == whole.bytes);
    }

    TEST_CASE("nothing to predict and another vocabulary are errors") {
        const TinyCorpus corpus({"abcdef"}), other({"abc"});
        CHECK_THROWS_AS(
            evaluate_baseline(*corpus, corpus->whole(), *corpus, corpus->split(0).validation, 6),
            InputError);
        CHECK_THROWS_AS(evaluate_baseline(*other, other->whole(), *corpus, corpus->whole(), 6),
                        std::logic_error);
    }
}
