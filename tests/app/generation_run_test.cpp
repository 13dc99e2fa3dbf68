#include "app/generation_run.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;
using Json = nlohmann::json;

namespace {

const std::string k_verse = "The wheel goes round, the horses rise, and lamps look on.\n";

/// An untrained model in a file. `unseen`: what its training never had to predict.
void save_model(const std::filesystem::path& path, std::vector<TokenId> unseen) {
    const auto tokenizer = tokenizer_of(k_verse);
    const auto model = untrained_model(tokenizer.vocabulary().size(), 3, 4);
    Snapshot snapshot;
    snapshot.symbols = tokenizer.vocabulary().symbols();
    snapshot.repertoire = Repertoire{.unseen = std::move(unseen), .spelled = {}};
    snapshot.model = model->config();
    snapshot.weights = model->weights();
    save_snapshot(path, snapshot);
}

/// A caller without a terminal.
struct Writer {
    TemporaryFolder folder{};
    std::string told{};
    GenerationRequest request{.model = folder / "m.carousel",
                              .prompt = "The wheel",
                              .length = 40,
                              .sampler = {.temperature = 1},
                              .seed = 7,
                              .threads = 1};
    TellWork tell = [this](const WorkEvent& event) {
        if (const auto* note = std::get_if<Note>(&event)) told += note->text + '\n';
    };

    explicit Writer(std::vector<TokenId> unseen = {}) {
        save_model(*request.model, std::move(unseen));
    }

    std::vector<GeneratedSample> write() {
        GenerationRun run(request, tell);
        return write(run);
    }

    std::vector<GeneratedSample> write(GenerationRun& run) const {
        std::vector<GeneratedSample> samples(static_cast<std::size_t>(request.count));
        run.read_prompt();
        while (run.writes())
            for (const auto& piece : run.advance()) samples[piece.session].add(piece);
        return samples;
    }
};

std::string text_of(const GeneratedSample& sample) {
    std::string text;
    for (const auto& document : sample.documents) text += document;
    return text;
}

GeneratedSample ended(SessionEnd end, std::uint64_t characters) {
    return {.documents = {"x"}, .progress = {.characters = characters, .end = end}};
}

}  // namespace

TEST_SUITE("app/generation_run") {
    TEST_CASE("samples side by side differ, and the first is what is written alone") {
        Writer caller;
        const auto one = caller.write();
        REQUIRE(one.size() == 1);
        caller.request.count = 3;
        const auto three = caller.write();
        CHECK(text_of(three[0]) == text_of(one[0]));
        CHECK(text_of(three[1]) != text_of(three[0]));
        CHECK(text_of(three[2]) != text_of(three[1]));
        CHECK(three[2].progress.end.has_value());
    }

    TEST_CASE("what is written goes on from the prompt") {
        Writer caller;
        const auto after_one = text_of(caller.write()[0]);
        caller.request.prompt = "lamps";
        CHECK(text_of(caller.write()[0]) != after_one);
    }

    TEST_CASE("a caller that wants no more leaves, and nothing else ends a text without a length") {
        Writer caller({Vocabulary::k_separator});
        caller.request.length = 0;
        GenerationRun run(caller.request, caller.tell);
        run.read_prompt();
        for (int i = 0; i < 300; ++i) run.advance();
        CHECK(run.writes());
    }

    TEST_CASE("a seed that nobody gave is told and gives the text again") {
        Writer caller;
        caller.request.seed.reset();
        GenerationRun run(caller.request, caller.tell);
        const auto drawn = caller.write(run);
        CHECK(caller.told == "Seed: " + std::to_string(run.report().config.seed) + "\n");
        caller.request.seed = run.report().config.seed;
        CHECK(text_of(caller.write()[0]) == text_of(drawn[0]));
    }

    TEST_CASE("what the model cannot read is refused before anything is written") {
        Writer caller;
        caller.request.prompt = "wh\u00e9el";
        CHECK_THROWS_AS(GenerationRun(caller.request, caller.tell), UsageError);
        caller.request.prompt = "The";
        caller.request.stop = "\x80";
        CHECK_THROWS_AS(GenerationRun(caller.request, caller.tell), UsageError);
    }

    TEST_CASE("a number of documents is no end for a model that never ends one") {
        Writer caller({Vocabulary::k_separator});
        caller.request.documents = 2;
        caller.write();
        CHECK(caller.told.find("single document") != std::string::npos);
        caller.request.length = 0;
        caller.request.json = true;
        CHECK_THROWS_AS(GenerationRun(caller.request, caller.tell), UsageError);
    }

    TEST_CASE("JSON holds how the samples were written, each with its end") {
        Writer caller;
        caller.request.count = 2;
        GenerationRun run(caller.request, caller.tell);
        const auto samples = caller.write(run);
        const auto json = Json::parse(generation_json(run.report(), samples, true));
        CHECK(json.at("prompt") == "The wheel");
        CHECK(json.at("seed") == 7);
        CHECK(json.at("top_k").is_null());
        CHECK(json.at("adapted_to").is_null());
        REQUIRE(json.at("samples").size() == 2);
        CHECK(json.at("samples")[1].at("text") == text_of(samples[1]));
        CHECK(json.at("samples")[1].at("characters") == samples[1].progress.characters);
    }

    TEST_CASE("an end before the length is told, unless documents were asked for") {
        GenerationRequest request{.length = 60};
        const std::vector whole{ended(SessionEnd::length, 60)};
        const std::vector cut{ended(SessionEnd::document, 5), ended(SessionEnd::document, 60)};
        CHECK_FALSE(early_end_note(request, whole));
        CHECK(early_end_note(request, cut)->starts_with("1 of 2 samples ended before --length 60"));
        CHECK(early_end_note(request, std::vector{cut[0]})
                  ->starts_with("The text ended after 5 characters, before --length 60"));
        request.documents = 1;
        CHECK_FALSE(early_end_note(request, cut));
    }
}
