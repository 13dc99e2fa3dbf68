#include "app/option_values.hpp"

#include <doctest/doctest.h>

#include "app/evaluation_request.hpp"
#include "base/error.hpp"
#include "model/cell_kind.hpp"
#include "text/tokenizer.hpp"

using namespace carousel;

TEST_SUITE("app/option_values") {
    TEST_CASE("every word of a choice stands for one value and back") {
        for (const auto unit : {Unit::codepoint, Unit::grapheme, Unit::byte}) {
            CHECK(parse_choice<Unit>("--unit", format_value(unit)) == unit);
        }
        CHECK(format_value(Normalization::nfkd) == "nfkd");
        CHECK(format_value(Part::validation) == "validation");
        CHECK(format_value(Protocol::windows) == "windows");
        CHECK(format_value(Precision::int8) == "int8");
        CHECK(format_value(UnknownCharacters::nearest) == "nearest");
        CHECK(format_value(Schedule::constant) == "constant");
    }

    TEST_CASE("another word is refused with all words, and the nearest") {
        CHECK_THROWS_WITH_AS(parse_choice<Newlines>("--newlines", "crlf"),
                             "--newlines takes one of keep, lf, not \"crlf\". Did you mean lf?",
                             UsageError);
        CHECK_THROWS_WITH_AS(parse_choice<Newlines>("--newlines", "windows"),
                             "--newlines takes one of keep, lf, not \"windows\".", UsageError);
    }

    TEST_CASE("a word means the same in capitals and with a line below") {
        CHECK(parse_choice<CellKind>("--cell", "LSTM") == CellKind::lstm);
        CHECK(parse_choice<CellKind>("--cell", "Capped_LSTM") == CellKind::capped_lstm);
        CHECK(parse_choice<Newlines>("--newlines", "LF") == Newlines::lf);
    }

    TEST_CASE("a number in another form is refused with the form that is meant") {
        const auto refusal = [](auto parse) -> std::string {
            try {
                parse();
            } catch (const UsageError& error) {
                return error.what();
            }
            return "accepted";
        };
        const RealRange hundred{.low = 0, .high = 100};
        CHECK(refusal([&] { parse_real<float>("--temperature", "0,7", hundred); }) ==
              "--temperature takes a number from 0 to 100, not \"0,7\". Did you mean 0.7?");
        CHECK(refusal([&] {
                  parse_real<float>("--temperature", "700,5", hundred);
              }).ends_with("not \"700,5\"."));
        for (const auto& [word, meant] : {std::pair("1,000", "1000"),
                                          {"1_000", "1000"},
                                          {"10k", "10000"},
                                          {"1e3", "1000"},
                                          {"5.0", "5"}}) {
            CHECK(refusal([&, w = word] {
                      parse_whole("--steps", w, {1, 100'000});
                  }).ends_with(" Did you mean " + std::string(meant) + "?"));
        }
        CHECK(refusal([&] { parse_whole("--steps", "1.5", {1, 100}); }).ends_with("not \"1.5\"."));
        for (const auto& [word, meant] :
             {std::pair("10min", "10m"), {"1,5h", "1.5h"}, {"2 hours", "2h"}, {"1H30M", "1h30m"}}) {
            CHECK(refusal([&, w = word] {
                      parse_seconds("--time", w);
                  }).ends_with(" Did you mean " + std::string(meant) + "?"));
        }
    }

    TEST_CASE("whole numbers are taken up to both bounds and no further") {
        CHECK(parse_whole("--layers", "1", {1, 16}) == 1);
        CHECK(parse_whole("--layers", "16", {1, 16}) == 16);
        CHECK(parse_whole("--seed", "18446744073709551615", {}) == UINT64_MAX);
        for (const auto* word :
             {"0", "17", "", "-1", "+1", " 1", "1 ", "1.0", "1e1", "0x1", "18446744073709551617"}) {
            CAPTURE(word);
            CHECK_THROWS_WITH_AS(
                parse_whole("--layers", word, {1, 16}),
                doctest::Contains("--layers takes a whole number from 1 to 16, not"), UsageError);
        }
    }

    TEST_CASE("real numbers keep to open and closed bounds") {
        const RealRange below_one{.low = 0, .high = 1, .without_high = true};
        CHECK(parse_real<float>("--beta1", "0", below_one) == 0.0F);
        CHECK(parse_real<float>("--beta1", "9e-1", below_one) == 0.9F);
        CHECK_THROWS_WITH_AS(parse_real<float>("--beta1", "1", below_one),
                             "--beta1 takes a number from 0 to less than 1, not \"1\".",
                             UsageError);
        const RealRange above_zero{.low = 0, .high = 1, .without_low = true};
        CHECK(parse_real<double>("--top-p", "1", above_zero) == 1.0);
        CHECK_THROWS_AS(parse_real<double>("--top-p", "0", above_zero), UsageError);
        for (const auto* word : {"nan", "inf", "-inf", "", "0,5", "0.5x", "1e999"}) {
            CAPTURE(word);
            CHECK_THROWS_AS(parse_real<double>("--top-p", word, above_zero), UsageError);
        }
    }

    TEST_CASE("a number that rounding carries over an open bound is refused") {
        const RealRange below_one{.low = 0, .high = 1, .without_high = true};
        CHECK_THROWS_AS(parse_real<float>("--beta2", "0.99999999999", below_one), UsageError);
        CHECK(parse_real<double>("--beta2", "0.99999999999", below_one) < 1.0);
    }

    TEST_CASE("times add their units from the largest to the smallest") {
        CHECK(parse_seconds("--time", "90s") == 90);
        CHECK(parse_seconds("--time", "10m") == 600);
        CHECK(parse_seconds("--time", "2h") == 7200);
        CHECK(parse_seconds("--time", "1h30m") == 5400);
        CHECK(parse_seconds("--time", "0.5s") == 0.5);
        CHECK(parse_seconds("--time", "1d") == 86400);
        for (const auto* word :
             {"", "10", "m", "10x", "5s1m", "1m1m", "1h 30m", "0s", "-1s", "366d", "1..5s"}) {
            CAPTURE(word);
            CHECK_THROWS_WITH_AS(parse_seconds("--time", word),
                                 doctest::Contains("--time takes a time such as"), UsageError);
        }
    }

    TEST_CASE("a number is steps and a number with a unit is a time") {
        CHECK(parse_steps_or_time("--save-every", "500") == TrainingLength{LengthKind::steps, 500});
        CHECK(parse_steps_or_time("--save-every", "5m") ==
              TrainingLength{LengthKind::seconds, 300});
        for (const auto* word : {"0", "", "5x", "1.5", "0s"}) {
            CAPTURE(word);
            CHECK_THROWS_AS(parse_steps_or_time("--save-every", word), UsageError);
        }
    }

    TEST_CASE("ranges read as people say them") {
        CHECK(format_range(WholeRange{1, 16}) == "1 to 16");
        CHECK(format_range(WholeRange{.low = 1}) == "at least 1");
        CHECK(format_range(RealRange{.low = 0, .high = 0.9}) == "0 to 0.9");
        CHECK(format_range(RealRange{.low = 0, .high = 10, .without_low = true}) ==
              "more than 0 to 10");
    }
}
