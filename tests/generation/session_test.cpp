#include "generation/session.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "cpu/cpu_machine.hpp"
#include "generation/small_sessions.hpp"

using namespace carousel;

TEST_SUITE("generation/session") {
    TEST_CASE("a branch writes what the original writes, until it draws with other numbers") {
        for (const auto& small : small_sessions()) {
            INFO(small.name);
            SessionBatch batch(small.model, small.tokenizer, 3);
            const auto original = batch.join(small.start());
            std::vector<std::string> texts(3);
            const auto advance = [&] {
                for (const auto& piece : batch.advance()) texts[piece.session] += piece.text;
            };
            for (int i = 0; i < 20; ++i) advance();
            texts[1] = texts[2] = texts[0];
            batch.join(batch.copy(original));
            Session other = batch.copy(original);
            other.draw_from(small.config.seed, 17);
            batch.join(other);
            while (!batch.empty()) advance();
            CHECK(texts[0] == rest_of(small, small.start()));
            CHECK(texts[1] == texts[0]);
            CHECK(texts[2] != texts[0]);
        }
    }

    TEST_CASE("a session that is no longer advanced has written the beginning of its text") {
        const auto small = std::move(small_sessions().front());
        SessionBatch batch(small.model, small.tokenizer, 1);
        batch.join(small.start());
        std::string text;
        for (int i = 0; i < 7; ++i) {
            for (const auto& piece : batch.advance()) text += piece.text;
        }
        CHECK(text == rest_of(small, small.start()).substr(0, 7));
        const auto session = batch.copy(0);
        CHECK(session.progress().characters == 7);
        CHECK(session.progress().symbols == 7);
        CHECK_FALSE(session.progress().end);
    }

    TEST_CASE("a prompt that ends inside a UTF-8 sequence is refused unless the text is raw") {
        const auto tokenizer = tokenizer_of("caf\xC3\xA9", byte_settings());
        const LanguageModelConfig model{.vocabulary_size = 6};
        const auto prompt = tokenizer.encode("caf\xC3");
        CHECK_THROWS_AS(Session(tokenizer, model, {}, prompt), UsageError);
        CHECK_NOTHROW(Session(tokenizer, model, {.raw = true}, prompt));
    }

    TEST_CASE("a stop text that is not UTF-8 is refused unless the text is raw") {
        const LanguageModelConfig model{.vocabulary_size = 6};
        const auto bytes = tokenizer_of("caf\xC3\xA9", byte_settings());
        const auto letters = tokenizer_of("cafe.");
        CHECK_THROWS_WITH_AS(Session(letters, model, {.stop = "a\x80"}, {}),
                             doctest::Contains("not valid UTF-8 at byte 1"), UsageError);
        CHECK_THROWS_WITH_AS(Session(bytes, model, {.stop = "\x80"}, {}),
                             doctest::Contains("--raw"), UsageError);
        CHECK_NOTHROW(Session(bytes, model, {.stop = "\x80", .raw = true}, {}));
    }

    TEST_CASE("a loop that the model would go on with for long ends as the model has it end") {
        const auto tokenizer = tokenizer_of("ab");
        const LanguageModelConfig model{.vocabulary_size = 3};
        std::vector<float> logits(3, -std::numeric_limits<float>::infinity());
        const TokenId a = tokenizer.encode("a").front(), b = tokenizer.encode("b").front();
        logits[a] = std::log(0.95F);
        logits[b] = std::log(0.05F);
        const CpuMachine machine(1);
        const auto written = [&](std::int64_t loop_length, std::string_view prompt) {
            const SessionConfig config{.sampler = {.loop_length = loop_length}, .seed = 4};
            Session session(tokenizer, model, config, tokenizer.encode(prompt));
            Sampler sampler(config.sampler);
            std::string text;
            for (int i = 0; i < 4000; ++i) text += session.write(machine, sampler, logits);
            return text;
        };
        CHECK(written(0, "").find('b') == std::string::npos);
        const auto text = written(16, "");
        CHECK(std::abs(std::count(text.begin(), text.end(), 'b') - 4000 / (17 + 20)) < 30);
        for (auto at = text.find('b'), from = std::string::npos; at != std::string::npos;
             from = at, at = text.find('b', at + 1)) {
            CHECK(at - (from + 1) >= 17);
        }
        // What was read counts as what was written.
        CHECK(written(16, std::string(17, 'a')).find('b') < text.find('b'));
    }

    TEST_CASE("controls of the sampler outside their ranges are refused") {
        const auto small = std::move(small_sessions().front());
        const SessionConfig config{.sampler = {.temperature = -1}};
        CHECK_THROWS_AS(Session(small.tokenizer, small.model.config(), config, {}),
                        std::logic_error);
    }
}
