#include "cli/training_lines.hpp"

#include <doctest/doctest.h>

using namespace carousel;

TEST_SUITE("cli/training_lines") {
    TEST_CASE("a validation has its losses in nats, bits and perplexity") {
        HistoryRecord record;
        record.step = 2321;
        record.training_loss = 1.328;
        record.validation_loss = 1.4119;
        CHECK(validation_line(record, 51.6, true) ==
              "step  2,321  epoch 51.6  training 1.328  validation 1.4119 nats, 2.037 bits per "
              "character, perplexity 4.10  best so far");
        CHECK(best_line({2321, 1.4119, false}) ==
              "Best validation loss: 1.4119 nats, 2.037 bits per character, at step 2,321.");
    }

    TEST_CASE("a loss that has run away fills no screen") {
        HistoryRecord record;
        record.validation_loss = record.training_loss = 700;
        CHECK(validation_line(record, 1, false).size() < 120);
        record.validation_loss = 1e30;
        CHECK(best_line({1, 1e30, false}).size() < 80);
    }

    TEST_CASE("every line of a sample is set off") {
        CHECK(indented("a\nb") == "    a\n    b");
    }
}
