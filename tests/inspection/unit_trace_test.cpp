#include "inspection/unit_trace.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/cell_signals.hpp"
#include "model/reader.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;

namespace {

UnitTrace trace_of(const TestModel& model, const InspectedText& text) {
    return trace_units(*model->tracer(Precision::float32), model->config(), text, 5);
}

}  // namespace

TEST_SUITE("inspection/unit_trace") {
    TEST_CASE("characters are what people call so, with the symbols up to their ends") {
        const std::string text =
            "e\u0301a\U0001F468\u200D\U0001F469\u200D\U0001F467\u05E9\u05C1\r\nb";
        const auto tokenizer =
            tokenizer_of(text, {.normalization = Normalization::none, .newlines = Newlines::keep});
        const auto cut = inspected_text(tokenizer, text, UnknownCharacters::error, 100);
        CHECK(cut.characters ==
              std::vector<std::string>{"e\u0301", "a", "\U0001F468\u200D\U0001F469\u200D\U0001F467",
                                       "\u05E9\u05C1", "\r\n", "b"});
        CHECK(cut.ends == std::vector<std::size_t>{2, 3, 8, 10, 12, 13});
        CHECK(cut.ids.size() == 13);
        const auto two = inspected_text(tokenizer, text, UnknownCharacters::error, 2);
        CHECK(two.ids.size() == 3);
    }

    TEST_CASE("bytes that are no text stand alone, those of a character together") {
        const std::string text = "a\xC3\xA9\xFF\xE2\x82z";
        const auto tokenizer = tokenizer_of(text, byte_settings());
        const auto cut = inspected_text(tokenizer, text, UnknownCharacters::error, 100);
        CHECK(cut.characters ==
              std::vector<std::string>{"a", "\xC3\xA9", "\xFF", "\xE2", "\x82", "z"});
        CHECK(cut.ends == std::vector<std::size_t>{1, 3, 4, 5, 6, 7});
    }

    TEST_CASE("surprisals, what is likely and signals are those of one pass over the symbols") {
        std::string text;
        for (int i = 0; i < 40; ++i) text += "u\u0308ber " + std::to_string(i) + "\n";
        const auto tokenizer = tokenizer_of(text, {.normalization = Normalization::none});
        const auto model = untrained_model(tokenizer.vocabulary().size(), 4);
        const auto cut = inspected_text(tokenizer, text, UnknownCharacters::error, 10'000);
        const auto trace = trace_of(model, cut);
        REQUIRE(trace.length == cut.characters.size());
        REQUIRE(trace.signals == cell_view(model->config().cell).signals.size());

        const auto steps = cut.ids.size() + 1;
        TokenIds inputs({steps, std::size_t{1}}), targets({steps, std::size_t{1}});
        inputs(0, 0) = Vocabulary::k_separator;
        targets(steps - 1, 0) = Vocabulary::k_separator;
        for (std::size_t t = 0; t + 1 < steps; ++t) inputs(t + 1, 0) = targets(t, 0) = cut.ids[t];
        auto state = RecurrentState::zeros(model->config(), 1);
        Tensor<2> nats;
        LikelySymbols likely{.most = 5};
        UnitSignals signals;
        model->tracer(Precision::float32)->trace(inputs, targets, state, nats, likely, signals);

        for (std::size_t u = 0; u < trace.units; ++u)
            REQUIRE(trace.before[(trace.signals + 3) * trace.units + u] ==
                    signals.values(1, 0, 3, u));
        double all = 0;
        for (std::size_t t = 0; t + 1 < steps; ++t) all += double{nats(t, 0)};
        CHECK(std::accumulate(trace.nats.begin(), trace.nats.end(), 0.0) == doctest::Approx(all));
        for (std::size_t c = 0; c < trace.length; ++c) {
            const auto step = cut.ends[c];  // the separator was read before the first
            for (std::size_t u = 0; u < trace.units; ++u)
                REQUIRE(trace.series(1, 3, u)[c] == signals.values(1, step, 3, u));
            REQUIRE(trace.likely.at(c)[0].id == likely.at(step)[0].id);
        }
        CHECK(trace.nats[0] == doctest::Approx(nats(0, 0) + nats(1, 0)));
    }

    TEST_CASE("a character that the model does not know is an error that names it, or left out") {
        const auto tokenizer = tokenizer_of("abc");
        CHECK_THROWS_AS(inspected_text(tokenizer, "abz", UnknownCharacters::error, 10), UsageError);
        CHECK(inspected_text(tokenizer, "azb", UnknownCharacters::skip, 10).characters.size() == 2);
    }
}
