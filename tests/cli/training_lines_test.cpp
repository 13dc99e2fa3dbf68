#include "cli/training_lines.hpp"

#include <doctest/doctest.h>

#include <regex>

using namespace carousel;

namespace {

HistoryRecord record_of(double training_loss, double validation_loss) {
    HistoryRecord record;
    record.step = 2321;
    record.training_loss = training_loss;
    record.validation_loss = validation_loss;
    return record;
}

const Snapshot k_snapshot;

Validated validated(const HistoryRecord& record, bool best) {
    return {{k_snapshot, record, 0.35}, 51.6, best};
}

}  // namespace

TEST_SUITE("cli/training_lines") {
    TEST_CASE("a validation has a measure that everybody understands") {
        CHECK(validation_line(validated(record_of(1.328, 1.4119), true)) ==
              " 35 %  test loss 1.412: unsure between 4.1 characters, best so far");
        CHECK(validation_line(validated(record_of(1.328, 1.4119), false)).size() < 55);
    }

    TEST_CASE("its details have losses in nats, bits and perplexity") {
        CHECK(validation_details(validated(record_of(1.328, 1.4119), true)) ==
              "step  2,321  epoch 51.6  training 1.328  validation 1.4119 nats, 2.037 bits per "
              "character, perplexity 4.10  best so far");
        CHECK(best_line({2321, 1.4119, false}) ==
              "Best validation loss: 1.4119 nats, 2.037 bits per character, at step 2,321.");
        CHECK(best_line({2321, 1.42, false}, MeasuredLoss{1.4119, 10'364, true}) ==
              "Best validation loss: 1.4119 nats, 2.037 bits per character, at step 2,321, on all "
              "10,364 characters.");
    }

    TEST_CASE("a loss that has run away fills no screen") {
        CHECK(validation_line(validated(record_of(700, 700), false)).size() < 80);
        CHECK(validation_details(validated(record_of(700, 700), false)).size() < 120);
        CHECK(best_line({1, 1e30, false}).size() < 80);
    }

    TEST_CASE("the promise says how often the text is read, and when that is done") {
        CHECK(promise_line("I will", true, 20.3, {}) == "I will read your text about 20 times.");
        CHECK(promise_line("I will", true, 1, {}) == "I will read your text once.");
        CHECK(promise_line("I will", true, 0.25, {}) == "I will read your text, about 25 % of it.");
        CHECK(promise_line("It would", false, {}, {}) ==
              "It would read the verses that come with the program.");
        const std::regex soon("I will read your text about 3 times; done at [0-9:]{8}\\.");
        CHECK(std::regex_match(promise_line("I will", true, 3, 50), soon));
        const std::regex later(
            "I will read your text about 3 times; done at ([0-9-]{10} )?"
            "[0-9:]{5}\\.");
        CHECK(std::regex_match(promise_line("I will", true, 3, 5000), later));
    }

    TEST_CASE("the live line fits a narrow terminal") {
        const auto record = record_of(1.328, 0);
        const Stepped step{.run = {k_snapshot, record, 0.35}, .seconds_left = 85000};
        CHECK(live_line(step) == " 35 %  23 h 36 min left, loss 1.328");
        CHECK(live_line({.run = {k_snapshot, record, 2}}) == "100 %  loss 1.328");
        CHECK(live_details(step).size() < 100);
    }

    TEST_CASE("a plan counts one stream as one") {
        TrainingPlan training;
        training.plan.model.layers = 1;
        training.plan.model.hidden_size = 64;
        training.plan.training.batch_size = 1;
        training.plan.training.window = 1;
        const auto line = plan_lines(training).front();
        CHECK_MESSAGE(line.find("1 lstm layer of 64 units, 1 stream, windows of 1 character;") !=
                          std::string::npos,
                      line);
    }

    TEST_CASE("every line of a sample is set off, and no blank lines follow it") {
        CHECK(indented("a\nb") == "    a\n    b");
        CHECK(indented("a\n \n\n") == "    a");
        CHECK(indented("").find_first_not_of(' ') == std::string::npos);
    }
}
