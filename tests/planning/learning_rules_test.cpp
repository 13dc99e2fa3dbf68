#include "planning/learning_rules.hpp"

#include <doctest/doctest.h>

using namespace carousel;

namespace {

TrainingConfig rules(double parameters, double text, double passes, std::int64_t hidden_size = 256,
                     double batch = 2048) {
    TrainingConfig training;
    apply_learning_rules({.weights = 0.7 * parameters,
                          .parameters = parameters,
                          .text = text,
                          .characters = passes * text,
                          .batch = batch,
                          .ngram_loss = 1},
                         hidden_size, training);
    return training;
}

}  // namespace

TEST_SUITE("planning/learning_rules") {
    TEST_CASE("dropout grows with the passes, up to its bound") {
        TrainingConfig before = rules(1e6, 1e6, 1);
        CHECK(before.dropout_output == 0);
        for (const double passes : {2.0, 5.0, 20.0, 60.0, 200.0, 1e4, 1e9}) {
            const auto now = rules(1e6, 1e6, passes);
            CHECK(now.dropout_output >= before.dropout_output);
            CHECK(now.dropout_between >= before.dropout_between);
            CHECK(now.dropout_recurrent >= before.dropout_recurrent);
            before = now;
        }
        CHECK(before.dropout_output == 0.6F);
        CHECK(before.dropout_recurrent == 0.4F);
    }

    TEST_CASE("a larger net on the same text needs more dropout") {
        CHECK(rules(8e6, 1e6, 10).dropout_output > rules(5e5, 1e6, 10).dropout_output);
    }

    // docs/recipes.md: two minutes of a megabyte, and of nine tenths of corpora/verse.txt.
    TEST_CASE("dropout is what won where it was measured") {
        const auto megabyte = rules(8.2e5, 9.84e5, 4.6), verse = rules(8.1e5, 8.4e4, 48.7);
        CHECK(megabyte.dropout_between == 0);
        CHECK(megabyte.dropout_output == 0.05F);
        CHECK(megabyte.dropout_recurrent == 0);
        CHECK(verse.dropout_between == 0.4F);
        CHECK(verse.dropout_output == 0.5F);
        CHECK(verse.dropout_recurrent == 0.3F);
    }

    TEST_CASE("the learning rate is 0.006 for two minutes of a megabyte") {
        CHECK(rules(6e5, 1e6, 5).learning_rate == doctest::Approx(6e-3));
    }

    TEST_CASE("larger nets and many passes take smaller steps, larger batches larger ones") {
        const auto usual = rules(6e5, 1e6, 5).learning_rate;
        CHECK(rules(6e5, 1e6, 5, 512).learning_rate == doctest::Approx(0.0037));
        CHECK(rules(6e5, 1e6, 768).learning_rate == doctest::Approx(usual / 2));
        CHECK(rules(6e5, 1e6, 5, 256, 512).learning_rate == doctest::Approx(0.0037));
        CHECK(rules(6e5, 1e6, 5, 256, 4096).learning_rate > usual);
    }

    TEST_CASE("the warm-up is a tenth of a short run") {
        CHECK(rules(6e5, 1e6, 5).warmup == 60);
        CHECK(rules(6e5, 1e5, 2048.0 * 100 / 1e5).warmup == 10);
        CHECK(rules(6e5, 1e5, 0.01).warmup == 1);
    }
}
