#include "evaluation/evaluator.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/reader.hpp"
#include "support/tiny_corpus.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;

namespace {

TestModel model_for(const Corpus& corpus, float output_scale = 8) {
    return untrained_model(corpus.vocabulary().size(), 9, output_scale);
}

/// Sum of -log p over the symbols of `ids` from number `first` on, fed from an empty state.
double nats_of(const Model& model, const std::vector<TokenId>& ids, std::size_t first) {
    const auto reader = model.reader(1);
    auto state = RecurrentState::zeros(model.config(), 1);
    const std::size_t steps = ids.size() - 1;
    TokenIds inputs(TokenIds::shape_type{steps, 1}), targets(inputs.shape());
    std::copy(ids.begin(), ids.end() - 1, inputs.begin());
    std::copy(ids.begin() + 1, ids.end(), targets.begin());
    Tensor<2> surprisals;
    reader->surprisals(inputs, targets, state, surprisals);
    double sum = 0;
    for (std::size_t t = 0; t < steps; ++t) {
        if (t + 1 >= first && ids[t + 1] != Vocabulary::k_separator) {
            sum += double{surprisals(t, 0)};
        }
    }
    return sum;
}

std::vector<TokenId> tokens_of(const Corpus& corpus, std::uint64_t begin, std::uint64_t end) {
    std::vector<TokenId> ids(end - begin);
    corpus.copy(begin, ids);
    return ids;
}

std::string verses(std::size_t characters) {
    std::string text;
    for (std::size_t i = 0; text.size() < characters; ++i) {
        text += "line " + std::to_string(i * i) + " of the song, and so on\n";
    }
    return text.substr(0, characters);
}

}  // namespace

TEST_SUITE("evaluation/evaluator") {
    TEST_CASE("a model that knows nothing needs ln V nats a character by every protocol") {
        const TinyCorpus corpus({verses(3000)});
        const auto model = model_for(*corpus, 0);
        const double expected = std::log(static_cast<double>(corpus->vocabulary().size()));
        const auto whole = corpus->whole();
        for (const Metrics& metrics :
             {evaluate_stream(model, *corpus, whole), evaluate_windows(model, *corpus, whole, 100),
              estimate(model, *corpus, whole)}) {
            CHECK(nats_per_character(metrics) == doctest::Approx(expected).epsilon(1e-6));
        }
    }

    TEST_CASE("fewer streams are read at once where a net remembers megabytes of each") {
        LanguageModelConfig config{.cell = CellKind::lstm, .layers = 4, .hidden_size = 2048};
        CHECK(streams_at_once(config, 64) == 64);
        config = {.cell = CellKind::transformer,
                  .layers = 8,
                  .hidden_size = 512,
                  .heads = 8,
                  .context = 4096};
        // Keys and values: 8 layers of 4096 slots of 1024 numbers, 134 MB.
        CHECK(streams_at_once(config, 64) == 1);
        config.context = 512;
        CHECK(streams_at_once(config, 64) == 3);
        CHECK(streams_at_once(config, 2) == 2);
        config.context = 65536;
        CHECK(streams_at_once(config, 64) == 1);
    }

    TEST_CASE("a stream predicts every character of the corpus from all before it") {
        const TinyCorpus corpus({"hello world", "another text", "hold"});
        const auto model = model_for(*corpus);
        const auto metrics = evaluate_stream(model, *corpus, corpus->whole());
        CHECK(metrics.characters == 11 + 12 + 4);
        CHECK(metrics.bytes == 11 + 12 + 4);
        CHECK(metrics.nats == nats_of(model, tokens_of(*corpus, 0, corpus->tokens()), 1));
    }

    TEST_CASE("the stream of a later part starts with the symbol before it") {
        const TinyCorpus corpus({verses(500)});
        const auto model = model_for(*corpus);
        const auto [training, validation] = corpus->split(0.2);
        const auto metrics = evaluate_stream(model, *corpus, validation);
        CHECK(metrics.characters == 100);
        CHECK(metrics.nats ==
              nats_of(model, tokens_of(*corpus, validation.begin - 1, validation.end), 1));
        const auto before = evaluate_stream(model, *corpus, training);
        CHECK(before.characters == 400);
        CHECK(before.nats == nats_of(model, tokens_of(*corpus, 0, training.end), 1));
    }

    TEST_CASE("a stream longer than any buffer is read to its end") {
        const TinyCorpus corpus({verses(9000)});
        const auto model = model_for(*corpus);
        const auto metrics = evaluate_stream(model, *corpus, corpus->whole());
        CHECK(metrics.characters == 9000);
        CHECK(metrics.nats == nats_of(model, tokens_of(*corpus, 0, corpus->tokens()), 1));
    }

    TEST_CASE("windows start from an empty state and predict what follows each character") {
        const TinyCorpus corpus({"abcdefghijklm"});
        const auto model = model_for(*corpus);
        const auto metrics = evaluate_windows(model, *corpus, corpus->whole(), 5);
        // abcde predict bcdef, fghij predict ghijk; klm is too short.
        CHECK(metrics.characters == 10);
        CHECK(metrics.bytes == 10);
        const auto ids = [&](const std::string& text) { return corpus->tokenizer().encode(text); };
        CHECK(metrics.nats ==
              doctest::Approx(nats_of(model, ids("abcdef"), 1) + nats_of(model, ids("fghijk"), 1))
                  .epsilon(1e-12));
    }

    TEST_CASE("there are as many windows as fit with one character to follow") {
        for (const std::size_t characters : {11U, 12U, 20U, 21U, 22U}) {
            const TinyCorpus corpus({verses(characters)});
            const auto metrics = evaluate_windows(model_for(*corpus), *corpus, corpus->whole(), 10);
            CHECK(metrics.characters == (characters - 1) / 10 * 10);
        }
    }

    TEST_CASE("the validation part of 1,115,394 characters has 435 windows of 256") {
        // The sizes of the well-known corpus tinyshakespeare; a part is counted, not read, here.
        const TinyCorpus corpus({verses(1115394)});
        const auto [training, validation] = corpus->split(0.1);
        CHECK(training.characters == 1003854);
        CHECK(validation.characters == 111540);
        const LanguageModelConfig config{
            .vocabulary_size = static_cast<std::int64_t>(corpus->vocabulary().size()),
            .layers = 1,
            .hidden_size = 2,
            .embedding_size = 2};
        const TestModel model(config, CpuMachine(1).initial_weights(config, 1));
        CHECK(evaluate_windows(model, *corpus, validation, 256).characters == 111360);
        CHECK(evaluate_stream(model, *corpus, validation).characters == 111540);
    }

    TEST_CASE("windows read over the separators between documents") {
        const TinyCorpus parts({"abc", "de", "fghijk"}), whole({"abcdefghijk"});
        REQUIRE(parts->vocabulary() == whole->vocabulary());
        const auto model = model_for(*whole);
        CHECK(evaluate_windows(model, *parts, parts->whole(), 5) ==
              evaluate_windows(model, *whole, whole->whole(), 5));
    }

    TEST_CASE("the nats of a character spelled in several symbols are summed") {
        const TinyCorpus corpus({"aabb\u65e5aabb\u00e9bbaa"}, {.min_count = 2});
        REQUIRE(corpus->tokens() == 1 + 12 + 3 + 2);
        const auto model = model_for(*corpus);
        const auto stream = evaluate_stream(model, *corpus, corpus->whole());
        CHECK(stream.characters == 14);
        CHECK(stream.bytes == 17);
        CHECK(stream.nats == nats_of(model, tokens_of(*corpus, 0, corpus->tokens()), 1));

        const auto windows = evaluate_windows(model, *corpus, corpus->whole(), 4);
        const auto ids = [&](const std::string& text) { return corpus->tokenizer().encode(text); };
        CHECK(windows.characters == 12);
        CHECK(windows.bytes == 15);
        // The second window feeds the three symbols of its first character without predicting them.
        CHECK(windows.nats == doctest::Approx(nats_of(model, ids("aabb\u65e5"), 1) +
                                              nats_of(model, ids("\u65e5aabb"), 3) +
                                              nats_of(model, ids("b\u00e9bba"), 1))
                                  .epsilon(1e-12));
    }

    TEST_CASE("a visitor sees each predicted character once, in the order of the text") {
        // A rare character of three bytes, one of two, and a document that ends in one.
        const TinyCorpus corpus({"aabb\u65e5aabb\u00e9bbaa", "ab\u65e6"}, {.min_count = 2});
        REQUIRE(corpus->tokens() == 1 + 12 + 3 + 2 + 1 + 2 + 3);
        const auto model = model_for(*corpus);
        std::vector<std::uint64_t> indices;
        std::vector<std::string> texts;
        std::vector<double> nats;
        double sum = 0;
        const SurprisalVisitor visitor = [&](const CharacterSurprisal& character) {
            indices.push_back(character.index);
            texts.emplace_back(character.text);
            nats.push_back(character.nats);
            sum += character.nats;
        };
        const std::vector<std::uint64_t> starts{1,  2,  3,  4,  5,  8,  9,  10, 11,
                                                12, 14, 15, 16, 17, 19, 20, 21};
        const std::vector<std::string> characters{"a", "a", "b", "b",      "\u65e5", "a",
                                                  "a", "b", "b", "\u00e9", "b",      "b",
                                                  "a", "a", "a", "b",      "\u65e6"};
        SUBCASE("as a stream") {
            const auto metrics =
                evaluate_stream(model, *corpus, corpus->whole(), Precision::float32, visitor);
            CHECK(indices == starts);
            CHECK(texts == characters);
            CHECK(sum == doctest::Approx(metrics.nats).epsilon(1e-12));
            CHECK(metrics == evaluate_stream(model, *corpus, corpus->whole(), Precision::float32));
            // The character of three symbols: what stands behind the first four until its end.
            CHECK(nats[4] == doctest::Approx(nats_of(model, tokens_of(*corpus, 0, 8), 5)));
        }
        SUBCASE("in windows, without the first character and the tail") {
            const auto metrics =
                evaluate_windows(model, *corpus, corpus->whole(), 3, Precision::float32, visitor);
            REQUIRE(metrics.characters == 15);
            CHECK(indices == std::vector(starts.begin() + 1, starts.begin() + 16));
            CHECK(texts == std::vector(characters.begin() + 1, characters.begin() + 16));
            CHECK(sum == doctest::Approx(metrics.nats).epsilon(1e-12));
        }
    }

    TEST_CASE(
        "a visitor is told what was likely in the place of each character, if it wants to be") {
        const TinyCorpus corpus({"aabb\u65e5aabb\u00e9bbaa", "ab\u65e6"}, {.min_count = 2});
        const auto model = model_for(*corpus);
        std::int64_t wanted = 0;
        std::size_t characters = 0;
        const SurprisalVisitor visitor = [&](const CharacterSurprisal& character) {
            REQUIRE(character.likely.size() == static_cast<std::size_t>(wanted));
            ++characters;
            for (const auto& [id, probability] : character.likely) {
                CHECK(probability <= character.likely[0].probability);
                // Of a character of one symbol the surprisal says the same.
                if (corpus->vocabulary().symbol(id).text == character.text)
                    CHECK(double{probability} ==
                          doctest::Approx(std::exp(-character.nats)).epsilon(1e-5));
            }
        };
        for (wanted = 0; wanted <= 3; wanted += 3) {
            evaluate_stream(model, *corpus, corpus->whole(), Precision::float32, visitor, wanted);
            evaluate_windows(model, *corpus, corpus->whole(), 3, Precision::float32, visitor,
                             wanted);
        }
        CHECK(characters == 2 * (17 + 15));
    }

    TEST_CASE("clusters and bytes are counted as characters of their models") {
        const std::string text = "e\u0323\u0301a e\u0323\u0301a \U0001F1EB\U0001F1F7";
        const TinyCorpus clusters(
            {text}, {.unit = Unit::grapheme, .normalization = Normalization::none, .min_count = 2});
        const auto by_cluster = evaluate_stream(model_for(*clusters), *clusters, clusters->whole());
        CHECK(by_cluster.characters == 7);
        CHECK(by_cluster.bytes == text.size());
        const TinyCorpus bytes({text}, byte_settings());
        const auto by_byte = evaluate_stream(model_for(*bytes), *bytes, bytes->whole());
        CHECK(by_byte.characters == text.size());
        CHECK(by_byte.bytes == text.size());
    }

    TEST_CASE("every digit is the same on every number of threads") {
        const TinyCorpus corpus({verses(5000), verses(700)});
        const auto model = model_for(*corpus);
        const auto part = corpus->split(0.5).validation;
        const auto three = model.on(3);
        CHECK(evaluate_stream(model, *corpus, part) == evaluate_stream(three, *corpus, part));
        CHECK(evaluate_windows(model, *corpus, part, 50) ==
              evaluate_windows(three, *corpus, part, 50));
        CHECK(estimate(model, *corpus, part) == estimate(three, *corpus, part));
    }

    TEST_CASE("an estimate counts every character once") {
        const TinyCorpus corpus({verses(5000), verses(333)}, {.min_count = 40});
        const auto model = model_for(*corpus);
        for (const auto& part :
             {corpus->whole(), corpus->split(0.3).training, corpus->split(0.3).validation}) {
            const auto exact = evaluate_stream(model, *corpus, part);
            for (const std::int64_t streams : {1, 3, 64}) {
                const auto quick =
                    estimate(model, *corpus, part, {.streams = streams, .lead_in = 5});
                CHECK(quick.characters == exact.characters);
                CHECK(quick.bytes == exact.bytes);
                CHECK(quick.nats == doctest::Approx(exact.nats).epsilon(0.03));
            }
        }
    }

    TEST_CASE("each stream of an estimate is warmed by the symbols before it") {
        const TinyCorpus corpus({verses(1000)});
        const auto model = model_for(*corpus);
        const auto metrics =
            estimate(model, *corpus, corpus->whole(), {.streams = 4, .lead_in = 20});
        double expected = nats_of(model, tokens_of(*corpus, 0, 251), 1);
        for (const std::uint64_t begin : {251U, 501U, 751U}) {
            expected += nats_of(model, tokens_of(*corpus, begin - 21, begin + 250), 21);
        }
        CHECK(metrics.nats == doctest::Approx(expected).epsilon(1e-12));
    }

    TEST_CASE("an estimate of a long text reads as much as asked") {
        const TinyCorpus corpus({verses(8000)});
        const auto model = model_for(*corpus);
        const auto metrics = estimate(model, *corpus, corpus->whole(),
                                      {.streams = 4, .lead_in = 8, .symbols = 1000});
        CHECK(metrics.characters == 1000);
    }

    TEST_CASE("a part too short for a window or without characters is an error") {
        const TinyCorpus corpus({"abcdef"});
        const auto model = model_for(*corpus);
        CHECK_THROWS_AS(evaluate_windows(model, *corpus, corpus->whole(), 6), InputError);
        CHECK(evaluate_windows(model, *corpus, corpus->whole(), 5).characters == 5);
        CHECK_THROWS_AS(evaluate_stream(model, *corpus, corpus->split(0).validation), InputError);
        CHECK_THROWS_AS(estimate(model, *corpus, corpus->split(0).validation), InputError);
    }

    TEST_CASE("a corpus of another vocabulary is refused") {
        const TinyCorpus corpus({"abcdef"}), other({"abc"});
        CHECK_THROWS_AS(evaluate_stream(model_for(*other), *corpus, corpus->whole()),
                        std::logic_error);
    }

    TEST_CASE("an estimate from the end is that of the reversed text") {
        // Separators are not counted, so that it does not matter at which end of a text they stand.
        const std::string text = verses(3000), reversed(text.rbegin(), text.rend());
        const TinyCorpus corpus({text}), mirrored({reversed});
        const auto model = model_for(*corpus);
        const EstimateConfig config{.streams = 1, .lead_in = 0, .way = Way::backward};
        const auto found = estimate(model, *corpus, corpus->first(3000), config);
        // Read from its end, the text has nothing before it: its first character is not predicted.
        CHECK(found.characters == 2999);
        std::vector<TokenId> ids(3001);
        mirrored->copy(0, ids);
        ids.erase(ids.begin());
        CHECK(found.nats == doctest::Approx(nats_of(model, ids, 1)).epsilon(1e-9));
        const auto part = corpus->split(0.5).training;
        CHECK(estimate(model, *corpus, part, {.way = Way::backward}).characters == part.characters);
    }
}
