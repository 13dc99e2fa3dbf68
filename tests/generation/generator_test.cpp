#include "generation/generator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cpu/inference.hpp"
#include "support/tiny_model.hpp"
#include "text/utf8.hpp"

using namespace carousel;

namespace {

struct Samples {
    std::vector<std::string> texts;
    std::vector<SampleReport> reports;
};

Samples generate(const LanguageModel& model, const Tokenizer& tokenizer,
                 const GeneratorConfig& config, const std::string& prompt = "", int threads = 1) {
    ThreadPool pool(threads);
    Samples samples{std::vector<std::string>(static_cast<std::size_t>(config.count)), {}};
    Generator generator(model, tokenizer, pool, config);
    samples.reports =
        generator.run(tokenizer.encode(prompt), [&](std::int64_t sample, std::string_view text) {
            samples.texts[static_cast<std::size_t>(sample)] += text;
        });
    return samples;
}

bool is_valid_utf8(const std::string& text) {
    return valid_utf8_prefix(text) == text.size();
}

const std::string k_letters = "the quick brown fox jumps over the lazy dog.\n";

/// A model that never ends a document by itself.
LanguageModel endless_model(const Tokenizer& tokenizer, std::uint64_t seed) {
    const auto start = untrained_model(tokenizer.vocabulary().size(), seed);
    auto weights = start.weights();
    weights.back().values[Vocabulary::k_separator] = -1e4F;
    return {start.config(), weights};
}

/// A model whose symbols come with these logits, whatever came before.
LanguageModel constant_model(const std::vector<float>& logits) {
    const auto start = untrained_model(logits.size(), 1, 0);
    auto weights = start.weights();
    weights.back().values = logits;
    return {start.config(), weights};
}

}  // namespace

TEST_SUITE("generation/generator") {
    TEST_CASE("temperature 0 writes the most likely symbol after the separator and the prompt") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = endless_model(tokenizer, 5);
        const auto samples =
            generate(model, tokenizer, {.sampler = {.temperature = 0}, .length = 40}, "the");

        ThreadPool pool(1);
        Inference inference(model, pool, 1);
        auto state = RecurrentState::zeros(model.config(), 1);
        std::vector<TokenId> ids{Vocabulary::k_separator};
        const auto prompt = tokenizer.encode("the");
        ids.insert(ids.end(), prompt.begin(), prompt.end());
        Tensor<2> logits;
        std::string expected;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            TokenIds one(TokenIds::shape_type{1, 1}, ids[i]);
            inference.advance(one, state, logits);
            if (i + 1 < ids.size()) continue;
            const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
            expected += tokenizer.vocabulary().symbol(static_cast<TokenId>(best)).text;
            if (expected.size() < 40) ids.push_back(static_cast<TokenId>(best));
        }
        CHECK(samples.texts[0] == expected);
    }

    TEST_CASE("the same seed gives the same text and another seed another") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = endless_model(tokenizer, 5);
        const GeneratorConfig config{.seed = 11, .length = 100};
        const auto text = generate(model, tokenizer, config).texts[0];
        CHECK(generate(model, tokenizer, config).texts[0] == text);
        CHECK(generate(model, tokenizer, config, "", 3).texts[0] == text);
        CHECK(generate(model, tokenizer, {.seed = 12, .length = 100}).texts[0] != text);
    }

    TEST_CASE("a sample is the same in batches of every size and on every number of threads") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = untrained_model(tokenizer.vocabulary().size(), 6);
        const GeneratorConfig one{.sampler = {.temperature = 1}, .seed = 4, .length = 300};
        auto many = one;
        many.count = 9;
        const auto batch = generate(model, tokenizer, many, "dog");
        CHECK(std::set<std::string>(batch.texts.begin(), batch.texts.end()).size() == 9);
        CHECK(batch.texts[0] == generate(model, tokenizer, one, "dog").texts[0]);
        CHECK(generate(model, tokenizer, many, "dog", 3).texts == batch.texts);
        for (const std::int64_t count : {2, 5}) {
            auto few = one;
            few.count = count;
            const auto texts = generate(model, tokenizer, few, "dog").texts;
            CHECK(std::equal(texts.begin(), texts.end(), batch.texts.begin()));
        }
    }

    TEST_CASE("samples that end early leave the others as they are") {
        // About one symbol in 29 is the separator here, so lengths differ widely.
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = untrained_model(tokenizer.vocabulary().size(), 7, 1);
        GeneratorConfig config{.sampler = {.temperature = 1}, .seed = 1, .count = 16, .length = 0};
        const auto samples = generate(model, tokenizer, config);
        std::set<std::uint64_t> lengths;
        for (const auto& report : samples.reports) {
            CHECK(report.end == SampleEnd::document);
            CHECK(report.symbols == report.characters + 1);
            lengths.insert(report.characters);
        }
        CHECK(lengths.size() > 5);
        config.length = 20;
        const auto bounded = generate(model, tokenizer, config);
        for (std::size_t i = 0; i < 16; ++i) {
            CHECK(bounded.texts[i] == samples.texts[i].substr(0, 20));
        }
    }

    TEST_CASE("a length counts characters of the text without the prompt") {
        const auto tokenizer = tokenizer_of("\u00e4\u00f6\u00fc\u65e5\u672c\U0001F600");
        const auto model = endless_model(tokenizer, 3);
        const auto samples =
            generate(model, tokenizer, {.seed = 2, .length = 17}, "\u00e4\u00f6\u00fc");
        CHECK(count_characters(samples.texts[0], Unit::codepoint) == 17);
        CHECK(samples.reports[0].characters == 17);
        CHECK(samples.reports[0].end == SampleEnd::length);
    }

    TEST_CASE("a separator ends the text and never comes out") {
        const auto tokenizer = tokenizer_of("ab");
        const auto samples = generate(constant_model({9, 0, 0}), tokenizer,
                                      {.sampler = {.temperature = 0}, .length = 10});
        CHECK(samples.texts[0].empty());
        CHECK(samples.reports[0].end == SampleEnd::document);
        CHECK(samples.reports[0].symbols == 1);
    }

    TEST_CASE("a stop text that spans symbols ends the text and is left out") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = endless_model(tokenizer, 5);
        const GeneratorConfig config{.seed = 11, .length = 100};
        const auto whole = generate(model, tokenizer, config).texts[0];
        auto stopped = config;
        stopped.stop = whole.substr(50, 4);
        const auto samples = generate(model, tokenizer, stopped);
        CHECK(samples.texts[0] == whole.substr(0, whole.find(stopped.stop)));
        CHECK(samples.reports[0].end == SampleEnd::stop);
        CHECK(samples.reports[0].characters == samples.texts[0].size());

        auto never = config;
        never.stop = whole.substr(97, 3) + "?";  // held back at the end, and then no stop text
        CHECK(generate(model, tokenizer, never).texts[0] == whole);
    }

    TEST_CASE("clusters come whole, when the next symbol has shown their end") {
        const TextSettings settings{.unit = Unit::grapheme, .normalization = Normalization::none};
        // Characters of this alphabet: a, e with two marks, a family, a flag, and a lone mark.
        const auto tokenizer = tokenizer_of(
            "\u0301\u0301a e\u0323\u0301 "
            "\U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F1EB\U0001F1F7 ",
            settings);
        const auto model = endless_model(tokenizer, 8);
        ThreadPool pool(1);
        Generator generator(model, tokenizer, pool, {.sampler = {.temperature = 1}, .length = 400});
        std::string text;
        std::vector<std::string> pieces;
        const auto reports = generator.run({}, [&](std::int64_t, std::string_view piece) {
            pieces.emplace_back(piece);
            text += piece;
        });
        CHECK(reports[0].characters == 400);
        CHECK(count_characters(text, Unit::grapheme) == 400);
        for (const auto& piece : pieces) CHECK(count_characters(piece, Unit::grapheme) == 1);
        CHECK(reports[0].symbols > 401);  // marks joined what stood before them
    }

    TEST_CASE("rare characters spelled by random bytes are valid UTF-8") {
        const TextSettings settings{.min_count = 3};
        const auto tokenizer = tokenizer_of("aaaa bbbb cccc \u00e9\u65e5\U0001F600", settings);
        REQUIRE(tokenizer.vocabulary().can_spell());
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            const auto model = untrained_model(tokenizer.vocabulary().size(), seed);
            const auto samples =
                generate(model, tokenizer,
                         {.sampler = {.temperature = 2}, .seed = seed, .count = 8, .length = 500});
            for (std::size_t i = 0; i < samples.texts.size(); ++i) {
                CHECK(is_valid_utf8(samples.texts[i]));
                CHECK(samples.texts[i].find("\uFFFD") == std::string::npos);
                CHECK(count_characters(samples.texts[i], Unit::codepoint) ==
                      samples.reports[i].characters);
            }
        }
    }

    TEST_CASE("a byte model writes valid UTF-8 unless it is raw") {
        std::string all_bytes;
        for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
        const auto tokenizer = tokenizer_of(all_bytes, byte_settings());
        const auto model = endless_model(tokenizer, 2);
        GeneratorConfig config{.sampler = {.temperature = 2}, .count = 4, .length = 1000};
        for (const auto& text : generate(model, tokenizer, config).texts) {
            CHECK(is_valid_utf8(text));
            CHECK(text.size() >= 1000);
            CHECK(text.size() <= 1003);
        }
        config.raw = true;
        for (const auto& text : generate(model, tokenizer, config).texts) {
            CHECK_FALSE(is_valid_utf8(text));
            CHECK(text.size() == 1000);
        }
    }

    TEST_CASE("a byte model that knows no valid byte ends the text") {
        const auto tokenizer = tokenizer_of("\xE9\xE8\xE0\xE9", byte_settings());
        const auto samples = generate(constant_model({0, 5, 5, 5}), tokenizer, {.length = 10});
        CHECK(samples.texts[0].empty());
        CHECK(samples.reports[0].end == SampleEnd::document);
    }

    TEST_CASE("a prompt that ends inside a UTF-8 sequence is refused unless the text is raw") {
        const auto tokenizer = tokenizer_of("caf\xC3\xA9", byte_settings());
        const auto model = endless_model(tokenizer, 2);
        CHECK_THROWS_AS(generate(model, tokenizer, {.length = 5}, "caf\xC3"), UsageError);
        CHECK(generate(model, tokenizer, {.length = 5, .raw = true}, "caf\xC3").texts[0].size() ==
              5);
    }

    TEST_CASE("what the receiver of the text throws ends the run") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = endless_model(tokenizer, 5);
        ThreadPool pool(1);
        Generator generator(model, tokenizer, pool, {.length = 0});
        int calls = 0;
        CHECK_THROWS_AS(generator.run({},
                                      [&](std::int64_t, std::string_view) {
                                          if (++calls == 7) throw InputError("closed");
                                      }),
                        InputError);
        CHECK(calls == 7);
    }

    TEST_CASE("a tokenizer of another model is refused") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = untrained_model(tokenizer.vocabulary().size() + 1, 5);
        ThreadPool pool(1);
        CHECK_THROWS_AS(Generator(model, tokenizer, pool, {}), std::logic_error);
    }
}
