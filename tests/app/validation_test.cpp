#include "app/validation.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/test_model.hpp"
#include "support/tiny_corpus.hpp"

using namespace carousel;

namespace {

/// A text of so many characters, and a model that has learned nothing of it.
struct Measured {
    explicit Measured(int characters)
        : corpus({text_of(characters)}),
          model(config(), CpuMachine(1).initial_weights(config(), 1)) {}

    Validation validation() const { return Validation({&*corpus, corpus->whole()}, training); }

    static std::string text_of(int characters) {
        std::string text;
        for (int i = 0; i < characters; ++i) text += static_cast<char>('a' + i * i % 11 % 7);
        return text;
    }
    LanguageModelConfig config() const {
        return {.vocabulary_size = static_cast<std::int64_t>(corpus->vocabulary().size()),
                .layers = 1,
                .hidden_size = 4,
                .embedding_size = 3};
    }

    TinyCorpus corpus;
    TestModel model;
    TrainingConfig training{.batch_size = 32, .window = 64, .length = {}};  // 2048 symbols a step
};

HistoryRecord validated(std::uint64_t step) {
    HistoryRecord record;
    record.step = step;
    record.has_validation = true;
    return record;
}

}  // namespace

TEST_SUITE("app/validation") {
    TEST_CASE("twenty validations on the way read a small part of what is trained") {
        // Two models are measured, and reading costs a third of learning.
        for (const std::uint64_t steps : {30U, 100U, 1000U, 20'000U}) {
            const std::uint64_t trained = steps * 2048;
            const auto read = static_cast<double>(20 * 2 * slice_symbols(trained / 20));
            CHECK(read / 3 < 0.3 * static_cast<double>(trained));
            if (steps >= 1000) CHECK(read / 3 < 0.05 * static_cast<double>(trained));
        }
        CHECK(slice_symbols(1) >= 1000);
        CHECK(slice_symbols(1'000'000'000'000) == 250'000);
    }

    TEST_CASE("a slice is spread over the text, and stays the one that the first validation read") {
        const Measured text(20'000);
        const auto validation = text.validation();
        const auto first = validation.on_the_way(text.model, {}, 20);
        CHECK(first.characters == doctest::Approx(20 * 2048 / 24).epsilon(0.02));
        CHECK_FALSE(first.whole);
        const auto later = validation.on_the_way(text.model, {validated(20), validated(40)}, 300);
        CHECK(later.characters == first.characters);
        CHECK(later.nats == first.nats);
        CHECK(validation.on_the_way(text.model, {HistoryRecord{}}, 300).characters == 20'000);
    }

    TEST_CASE("at the end the whole text is read, unless that would take long") {
        const Measured text(20'000);
        const auto closing = text.validation().at_the_end(text.model, 1);
        CHECK(closing.characters == 20'000);
        CHECK(closing.whole);
        CHECK(text.validation().closing_is_whole(1));
        CHECK(closing_symbols(2'000'000) == 250'000);
        CHECK(closing_symbols(80'000'000) == 10'000'000);
    }

    TEST_CASE("where a slice is all of the text, the measure at the end is the same") {
        const Measured text(900);
        const auto validation = text.validation();
        const auto first = validation.on_the_way(text.model, {}, 1);
        CHECK(first.whole);
        CHECK(first.characters == 900);
        CHECK(first.nats == validation.at_the_end(text.model, 100).nats);
        CHECK(validation.closing_share({validated(1)}, 100) == 0);
        CHECK(Measured(20'000).validation().closing_share({validated(1)}, 100) ==
              doctest::Approx(20'000.0 / 1024).epsilon(0.01));
    }

    TEST_CASE("without a text nothing can be measured") {
        const Validation none({}, {});
        CHECK_FALSE(none.possible());
        CHECK(none.closing_share({}, 100) == 0);
    }
}
