#include "generation/session_batch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "generation/small_sessions.hpp"
#include "model/reader.hpp"
#include "text/characters.hpp"
#include "text/repertoire.hpp"
#include "text/utf8.hpp"

using namespace carousel;

namespace {

/// Samples of one prompt: sessions that draw with the numbers 0, 1, 2, ...
struct Request {
    SamplerConfig sampler{};  // every symbol may come: min_p is left out
    std::uint64_t seed = 0;
    std::int64_t count = 1;
    std::uint64_t length = 0;
    std::uint64_t documents = 1;
    std::string stop{};
    bool raw = false;
};

struct Samples {
    std::vector<std::string> texts;
    std::vector<SessionProgress> reports;
};

Samples generate(const TestModel& model, const Tokenizer& tokenizer, const Request& request,
                 const std::string& prompt = "", int threads = 1) {
    const auto team = model.on(threads);
    auto sampler = request.sampler;
    sampler.min_p = 0;
    SessionBatch batch(team, tokenizer, request.count);
    Session first(tokenizer, model.config(),
                  {.sampler = sampler,
                   .seed = request.seed,
                   .length = request.length,
                   .documents = request.documents,
                   .stop = request.stop,
                   .raw = request.raw},
                  tokenizer.encode(prompt));
    batch.read(first);
    const auto count = static_cast<std::size_t>(request.count);
    for (std::uint32_t i = 0; i < count; ++i) {
        first.draw_from(request.seed, i);
        batch.join(first);
    }
    Samples samples{std::vector<std::string>(count), std::vector<SessionProgress>(count)};
    while (!batch.empty()) {
        for (const auto& [session, text, ends_document, ended, symbol] : batch.advance()) {
            samples.texts[session] += text;
            if (ends_document && !ended) samples.texts[session] += '|';
            if (ended) samples.reports[session] = *ended;
        }
    }
    return samples;
}

bool is_valid_utf8(const std::string& text) {
    return valid_utf8_prefix(text) == text.size();
}

}  // namespace

TEST_SUITE("generation/session_batch") {
    TEST_CASE("temperature 0 writes the most likely symbol after the separator and the prompt") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = endless_model(tokenizer, 5);
        const auto samples =
            generate(model, tokenizer, {.sampler = {.temperature = 0}, .length = 40}, "the");

        const auto reader = model->reader(1);
        auto state = RecurrentState::zeros(model.config(), 1);
        std::vector<TokenId> ids{Vocabulary::k_separator};
        const auto prompt = tokenizer.encode("the");
        ids.insert(ids.end(), prompt.begin(), prompt.end());
        Tensor<2> logits;
        std::string expected;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            TokenIds one(TokenIds::shape_type{1, 1}, ids[i]);
            reader->advance(one, state, logits);
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
        const Request config{.seed = 11, .length = 100};
        const auto text = generate(model, tokenizer, config).texts[0];
        CHECK(generate(model, tokenizer, config).texts[0] == text);
        CHECK(generate(model, tokenizer, config, "", 3).texts[0] == text);
        CHECK(generate(model, tokenizer, {.seed = 12, .length = 100}).texts[0] != text);
    }

    TEST_CASE("a sample is the same in batches of every size and on every number of threads") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = untrained_model(tokenizer.vocabulary().size(), 6);
        const Request one{.sampler = {.temperature = 1}, .seed = 4, .length = 300};
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
        Request config{.sampler = {.temperature = 1}, .seed = 1, .count = 16, .length = 0};
        const auto samples = generate(model, tokenizer, config);
        std::set<std::uint64_t> lengths;
        for (const auto& report : samples.reports) {
            CHECK(report.end == SessionEnd::document);
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
        CHECK(samples.reports[0].end == SessionEnd::length);
    }

    TEST_CASE("a separator ends the text and never comes out") {
        const auto tokenizer = tokenizer_of("ab");
        const auto samples = generate(constant_model({9, 0, 1}), tokenizer,
                                      {.sampler = {.temperature = 0}, .length = 10});
        CHECK(samples.texts[0] == "b");  // never empty
        CHECK(samples.reports[0].end == SessionEnd::document);
        CHECK(samples.reports[0].symbols == 2);
        CHECK(samples.reports[0].documents == 1);
    }

    TEST_CASE("no text is empty, with a prompt and without") {
        const auto tokenizer = tokenizer_of(k_letters);
        std::vector<float> logits(tokenizer.vocabulary().size());
        logits[Vocabulary::k_separator] = 5;
        const auto model = constant_model(logits);
        for (const std::string prompt : {"", "the"}) {
            const auto samples =
                generate(model, tokenizer,
                         {.sampler = {.temperature = 1}, .count = 200, .length = 9}, prompt);
            for (const auto& text : samples.texts) CHECK_FALSE(text.empty());
        }
    }

    TEST_CASE("a stop text that would leave the text empty is not written") {
        const auto tokenizer = tokenizer_of("ab\n");
        const auto model = constant_model({0, 4, 0, 0});  // a line end as a rule
        REQUIRE(tokenizer.vocabulary().find(U'\n') == 1);
        for (const std::string stop : {"\n", "\n\n"}) {
            const auto samples =
                generate(model, tokenizer,
                         {.sampler = {.temperature = 1}, .count = 100, .length = 30, .stop = stop});
            std::size_t stopped = 0;
            for (std::size_t i = 0; i < samples.texts.size(); ++i) {
                CHECK_FALSE(samples.texts[i].empty());
                CHECK(samples.texts[i].find(stop) == std::string::npos);
                CHECK(samples.reports[i].characters == samples.texts[i].size());
                stopped += samples.reports[i].end == SessionEnd::stop;
            }
            CHECK(stopped > 50);
        }
        // where nothing else can be written, it is the end
        const auto only = tokenizer_of("a");
        const auto samples = generate(constant_model({0, 0}), only, {.stop = "a"});
        CHECK(samples.texts[0].empty());
        CHECK(samples.reports[0].end == SessionEnd::stop);
        CHECK(samples.reports[0].characters == 0);
    }

    TEST_CASE("documents follow each other until there are as many as wanted") {
        const auto tokenizer = tokenizer_of("ab");
        const auto model = constant_model({9, 0, 1});
        const auto write = [&](std::uint64_t documents, std::uint64_t length) {
            return generate(
                model, tokenizer,
                {.sampler = {.temperature = 0}, .length = length, .documents = documents});
        };
        CHECK(write(1, 0).texts[0] == "b");
        const auto three = write(3, 0);
        CHECK(three.texts[0] == "b|b|b");
        CHECK(three.reports[0].documents == 3);
        CHECK(three.reports[0].characters == 3);
        CHECK(three.reports[0].end == SessionEnd::document);
        CHECK(write(3, 2).texts[0] == "b|b");
        const auto bounded = write(0, 4);
        CHECK(bounded.texts[0] == "b|b|b|b");
        CHECK(bounded.reports[0].end == SessionEnd::length);
    }

    TEST_CASE("a stop text is not put together from two documents") {
        const auto tokenizer = tokenizer_of("ab");
        const auto samples =
            generate(constant_model({9, 0, 1}), tokenizer,
                     {.sampler = {.temperature = 0}, .length = 4, .documents = 0, .stop = "bb"});
        CHECK(samples.texts[0] == "b|b|b|b");
        CHECK(samples.reports[0].end == SessionEnd::length);
    }

    TEST_CASE("what never had to be predicted is never drawn") {
        const std::string text = "aaa bbb v\u00e9\u65e5";
        const TextSettings settings{.min_count = 3};
        const auto known = tokenizer_of(text, settings);
        RepertoireFinder finder(known.vocabulary());
        finder.push(known.encode(text.substr(1)));
        const auto repertoire = finder.found();
        const Tokenizer tokenizer(settings, known.vocabulary(), repertoire);
        const auto model = untrained_model(tokenizer.vocabulary().size(), 3, 1);
        const Request request{.sampler = {.temperature = 3}, .count = 20, .length = 300};
        const auto strange = [](const std::string& written) {
            std::string rest = written;
            for (const std::string one : {"a", "b", " ", "v", "\u00e9", "\u65e5"})
                for (auto at = rest.find(one); at != std::string::npos; at = rest.find(one))
                    rest.erase(at, one.size());
            return rest;
        };
        std::string unknown;
        for (const auto& written : generate(model, known, request).texts)
            unknown += strange(written);
        CHECK_FALSE(unknown.empty());
        const auto samples = generate(model, tokenizer, request);
        for (std::size_t i = 0; i < samples.texts.size(); ++i) {
            CHECK(strange(samples.texts[i]).empty());
            CHECK(samples.reports[i].characters == 300);  // no separator either
            CHECK(samples.texts[i].find("\u65e5") != std::string::npos);
        }
    }

    TEST_CASE("raw text has no byte that never had to be predicted") {
        const auto known = tokenizer_of("ab\xE9\xC3", byte_settings());
        const Tokenizer tokenizer(byte_settings(), known.vocabulary(),
                                  Repertoire{.unseen = {0, 1}, .spelled = {'b'}});
        const auto text =
            generate(constant_model({0, 0, 0, 0, 0}), tokenizer, {.length = 200, .raw = true})
                .texts[0];
        CHECK(text.size() == 200);
        CHECK(text.find('a') == std::string::npos);
        CHECK(text.find('\xE9') != std::string::npos);
    }

    TEST_CASE("a stop text that spans symbols ends the text and is left out") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = endless_model(tokenizer, 5);
        const Request config{.seed = 11, .length = 100};
        const auto whole = generate(model, tokenizer, config).texts[0];
        auto stopped = config;
        stopped.stop = whole.substr(50, 4);
        const auto samples = generate(model, tokenizer, stopped);
        CHECK(samples.texts[0] == whole.substr(0, whole.find(stopped.stop)));
        CHECK(samples.reports[0].end == SessionEnd::stop);
        CHECK(samples.reports[0].characters == samples.texts[0].size());

        auto never = config;
        never.stop = whole.substr(97, 3) + "?";  // held back at the end, and then no stop text
        CHECK(generate(model, tokenizer, never).texts[0] == whole);
    }

    TEST_CASE("a stop text matches at the borders of clusters, and the count is of what came out") {
        const TextSettings settings{.unit = Unit::grapheme, .normalization = Normalization::none};
        const std::string family = "\U0001F469\u200D\U0001F469";
        const auto tokenizer = tokenizer_of(family + "\n", settings);
        const auto vocabulary = tokenizer.vocabulary();
        REQUIRE(vocabulary.size() == 3);
        std::vector<float> logits{-9, 0, 0};
        const auto write = [&](const std::string& stop) {
            return generate(constant_model(logits), tokenizer,
                            {.seed = 5, .length = 40, .stop = stop});
        };
        const auto whole = write("");
        for (const std::string inside : {"\u200D\U0001F469", "\U0001F469", "\U0001F469\u200D"}) {
            const auto samples = write(inside);
            CHECK(samples.texts[0] == whole.texts[0]);
            CHECK(samples.reports[0].characters == 40);
        }
        const auto stop = family + family + family;
        const auto samples = write(stop);
        CHECK(samples.reports[0].end == SessionEnd::stop);
        CHECK(samples.texts[0] == whole.texts[0].substr(0, whole.texts[0].find(stop)));
        CHECK(samples.reports[0].characters == count_characters(samples.texts[0], Unit::grapheme));
    }

    TEST_CASE("clusters come whole, when the next symbol has shown their end") {
        const TextSettings settings{.unit = Unit::grapheme, .normalization = Normalization::none};
        // Characters of this alphabet: a, e with two marks, a family, a flag, and a lone mark.
        const auto tokenizer = tokenizer_of(
            "\u0301\u0301a e\u0323\u0301 "
            "\U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F1EB\U0001F1F7 ",
            settings);
        const auto model = endless_model(tokenizer, 8);
        SessionBatch batch(model, tokenizer, 1);
        batch.join(Session(tokenizer, model.config(),
                           {.sampler = {.temperature = 1, .min_p = 0}, .length = 400}, {}));
        std::string text;
        std::vector<std::string> pieces;
        SessionProgress end;
        while (!batch.empty()) {
            for (const auto& piece : batch.advance()) {
                pieces.push_back(piece.text);
                text += piece.text;
                if (piece.ended) end = *piece.ended;
            }
        }
        CHECK(end.characters == 400);
        CHECK(count_characters(text, Unit::grapheme) == 400);
        for (const auto& piece : pieces) CHECK(count_characters(piece, Unit::grapheme) == 1);
        CHECK(end.symbols > 401);  // marks joined what stood before them
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
        Request config{.sampler = {.temperature = 2}, .count = 4, .length = 1000};
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

    TEST_CASE("a byte model that knows no valid byte is refused unless the text is raw") {
        const auto tokenizer = tokenizer_of("\xE9\xE8\xE0\xE9", byte_settings());
        const auto model = constant_model({0, 5, 5, 5});
        CHECK_THROWS_WITH_AS(generate(model, tokenizer, {.length = 10}), doctest::Contains("--raw"),
                             UsageError);
        CHECK(generate(model, tokenizer, {.length = 10, .raw = true}).texts[0].size() == 10);
    }

    TEST_CASE("a prompt that ends inside a UTF-8 sequence is refused unless the text is raw") {
        const auto tokenizer = tokenizer_of("caf\xC3\xA9", byte_settings());
        const auto model = endless_model(tokenizer, 2);
        CHECK_THROWS_AS(generate(model, tokenizer, {.length = 5}, "caf\xC3"), UsageError);
        CHECK(generate(model, tokenizer, {.length = 5, .raw = true}, "caf\xC3").texts[0].size() ==
              5);
    }

    TEST_CASE("sessions that join and leave between symbols write what they write alone") {
        const auto all = small_sessions();
        const auto& small = all.front();
        std::vector<Session> sessions;
        std::vector<std::string> alone, texts(6);
        for (std::uint32_t i = 0; i < 6; ++i) {
            auto config = small.config;
            config.sample = i;
            config.length = 30 + 10 * i;
            const auto prompt = small.tokenizer.encode(std::string("the fox").substr(0, i));
            sessions.emplace_back(small.tokenizer, small.model.config(), config, prompt);
            alone.push_back(rest_of(small, sessions.back()));
        }
        const auto team = small.model.on(2);
        SessionBatch batch(team, small.tokenizer, 5);
        std::vector<std::size_t> who;  // by number in the batch
        const auto join = [&](std::size_t i) {
            CHECK(batch.join(sessions[i]) == who.size());
            who.push_back(i);
        };
        const auto advance = [&](int times) {
            for (int i = 0; i < times; ++i) {
                for (const auto& piece : batch.advance()) texts[who[piece.session]] += piece.text;
            }
        };
        join(0);
        join(1);
        advance(5);
        join(2);
        join(3);
        advance(5);
        sessions[1] = batch.leave(1);  // for a while
        advance(5);
        join(4);
        sessions[2] = batch.leave(2);
        join(5);
        advance(40);
        join(1);
        join(2);
        while (!batch.empty()) advance(1);
        CHECK(texts == alone);
    }

    TEST_CASE("a full batch, a session that is not there and one that has ended are refused") {
        const auto all = small_sessions();
        const auto& small = all.front();
        SessionBatch batch(small.model, small.tokenizer, 1);
        CHECK_THROWS_AS(batch.leave(0), std::logic_error);
        batch.join(small.start());
        CHECK_THROWS_AS(batch.join(small.start()), std::logic_error);
        CHECK_THROWS_AS(batch.copy(1), std::logic_error);
        while (!batch.empty()) batch.advance();
        CHECK_THROWS_AS(batch.copy(0), std::logic_error);
        CHECK(batch.advance().empty());
        auto record = small.start().record();
        record.progress.end = SessionEnd::length;
        CHECK_THROWS_AS(batch.join(Session(small.tokenizer, small.model.config(), record)),
                        std::logic_error);
        CHECK_THROWS_AS(batch.join(all[1].start()), std::logic_error);
    }

    TEST_CASE("a tokenizer of another model is refused") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = untrained_model(tokenizer.vocabulary().size() + 1, 5);
        CHECK_THROWS_AS(SessionBatch(model, tokenizer, 1), std::logic_error);
    }
}

TEST_SUITE("generation/threads") {
    TEST_CASE("ten threads write with one model at once what each writes alone") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = untrained_model(tokenizer.vocabulary().size(), 5);
        const auto write = [&](std::uint64_t seed) {
            SessionBatch batch(model, tokenizer, 1);
            batch.join(Session(tokenizer, model.config(), {.seed = seed, .length = 40}, {}));
            std::string text;
            while (!batch.empty())
                for (const auto& piece : batch.advance()) text += piece.text;
            return text;
        };
        std::vector<std::string> alone, together(10);
        for (std::uint64_t i = 0; i < together.size(); ++i) alone.push_back(write(i));
        std::vector<std::thread> threads;
        for (std::uint64_t i = 0; i < together.size(); ++i)
            threads.emplace_back([&, i] { together[i] = write(i); });
        for (auto& thread : threads) thread.join();
        CHECK(together == alone);
    }

    TEST_CASE("a piece tells the symbol that was drawn") {
        const auto tokenizer = tokenizer_of(k_letters);
        const auto model = untrained_model(tokenizer.vocabulary().size(), 5);
        SessionBatch batch(model, tokenizer, 1);
        batch.join(Session(tokenizer, model.config(), {.seed = 1, .length = 40}, {}));
        while (!batch.empty()) {
            for (const auto& piece : batch.advance()) {
                if (!piece.text.empty())
                    CHECK(tokenizer.vocabulary().symbol(piece.symbol).text == piece.text);
            }
        }
    }
}
