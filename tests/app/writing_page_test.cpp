#include "app/writing_page.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/machines.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/own_file.hpp"
#include "base/random.hpp"
#include "generation/session_batch.hpp"
#include "model/parameter.hpp"
#include "model/transformer.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_model.hpp"
#include "text/utf8.hpp"

// The engine of a page is run by Node.js and must write what a session writes in 8 bits.

using namespace carousel;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::uint64_t k_length = 120;
const std::string k_text = "The wheel goes round, the horses rise, and lamps look on.\n";

/// Weights before a training, with nothing zero that a training would move.
std::vector<NamedTensor> lively_weights(const LanguageModelConfig& config, std::uint64_t seed) {
    auto weights = CpuMachine(1).initial_weights(config, seed);
    for (auto& weight : weights[weights.size() - 2].values) weight *= 8;
    const RandomKey key{seed, RandomPurpose::benchmark, 0};
    std::uint64_t position = 0;
    for (auto& tensor : weights) {
        if (tensor.shape.size() > 1) continue;
        for (auto& value : tensor.values) value += 0.3F * random_normal(key, position++);
    }
    return weights;
}

/// As a file of this precision gives them.
std::vector<NamedTensor> stored(std::vector<NamedTensor> weights, Precision precision) {
    for (auto& tensor : weights) {
        if (precision == Precision::int8 && tensor.shape.size() == 2)
            tensor = dequantize_tensor(quantize_tensor(tensor));
    }
    return weights;
}

LoadedModel loaded_model(Tokenizer tokenizer, LanguageModelConfig config,
                         Precision precision = Precision::float32) {
    config.vocabulary_size = static_cast<std::int64_t>(tokenizer.vocabulary().size());
    Snapshot snapshot;
    snapshot.text = tokenizer.settings();
    snapshot.model = config;
    snapshot.precision = precision;
    snapshot.weights = stored(lively_weights(config, 5), precision);
    return {std::move(snapshot), std::move(tokenizer)};
}

std::string written(const LoadedModel& loaded, const SessionConfig& config,
                    std::string_view prompt) {
    const auto own = model_on_threads(1, loaded.snapshot.model, loaded.snapshot.weights);
    SessionBatch batch(*own.model, loaded.tokenizer, 1, Precision::int8);
    batch.join({loaded.tokenizer, loaded.snapshot.model, config, loaded.tokenizer.encode(prompt)});
    std::string text;
    while (!batch.empty())
        for (const auto& piece : batch.advance()) text += piece.text;
    return text;
}

/// Texts by the engines of pages.
class Pages {
public:
    /// Both have to write the same: `kind` says what it is.
    void add(const LoadedModel& loaded, std::string kind, std::string prompt = "",
             float temperature = 0.8F, bool plain = false) {
        add(loaded, loaded, std::move(kind), std::move(prompt), temperature, plain);
    }
    void add(const LoadedModel& loaded, const LoadedModel& writes, std::string kind,
             std::string prompt, float temperature, bool plain) {
        const auto file = folder_.path() / fmt::format("{}.html", jobs_.size());
        std::ofstream(file) << model_page(loaded, kind).html;
        const std::uint64_t seed = 0x1'0000'0000ULL + jobs_.size();
        const SessionConfig config{.sampler = {.temperature = temperature, .min_p = 0.05F},
                                   .seed = seed,
                                   .length = k_length,
                                   .documents = 0};
        expected_.push_back(written(writes, config, prompt));
        jobs_.push_back({{"page", file.string()},
                         {"seed", std::to_string(seed)},
                         {"length", expected_.back().size() + k_length},
                         {"temperature", temperature},
                         {"min_p", 0.05F},
                         {"prompt", prompt},
                         {"plain", plain}});
        kinds_.push_back(std::move(kind));
    }

    /// A page counts symbols, separators too, and gets more than it needs; what it writes behind
    /// the length is left aside.
    void check() const {
        const auto jobs = folder_.path() / "jobs", out = folder_.path() / "texts";
        std::ofstream(jobs) << Json(jobs_).dump();
        const auto writer = source_root() / "tests/web/write_with_page.js";
        const auto command = fmt::format("'{}' '{}' < '{}' > '{}'", CAROUSEL_NODE, writer.string(),
                                         jobs.string(), out.string());
        REQUIRE(std::system(command.c_str()) == 0);  // NOLINT: a test's own words
        const auto texts = Json::parse(read_file(out));
        REQUIRE(texts.size() == expected_.size());
        for (std::size_t i = 0; i < expected_.size(); ++i) {
            CAPTURE(kinds_[i]);
            CHECK(expected_[i].size() > k_length / 2);
            CHECK(texts[i].get<std::string>().substr(0, expected_[i].size()) == expected_[i]);
        }
    }

private:
    TemporaryFolder folder_;
    std::vector<Json> jobs_;
    std::vector<std::string> expected_, kinds_;
};

LanguageModelConfig of_cell(CellKind cell) {
    return {.cell = cell, .layers = 2, .hidden_size = 20, .embedding_size = 12};
}

}  // namespace

TEST_SUITE("app/writing_page") {
    TEST_CASE("the page of a model of any cell writes the text that the program writes in 8 bits") {
        Pages pages;
        for (int i = 0; i < k_cell_count; ++i) {
            for (const auto precision : {Precision::float32, Precision::int8}) {
                auto config = of_cell(static_cast<CellKind>(i));
                if (precision == Precision::int8) config.output_input = OutputInput::sum;
                const auto loaded = loaded_model(tokenizer_of(k_text), config, precision);
                CHECK_FALSE(model_page(loaded, "m").rounded);
                pages.add(loaded, k_cell_words[i], "The lamps");
            }
        }
        auto deep = of_cell(CellKind::depth_gated);
        deep.layers = 3;
        deep.hidden_size = 33;
        pages.add(loaded_model(tokenizer_of(k_text), deep), "three layers", "", 0);
        pages.add(loaded_model(tokenizer_of(k_text), deep), "without vectors", "", 1.5F, true);
        for (const auto& loop :
             {"oooooooooooooooooo", "the the the the the ", "lamps on lamps on "})
            pages.add(loaded_model(tokenizer_of(k_text), deep), "a loop", loop, 0.3F);
        pages.check();
    }

    TEST_CASE("with a large alphabet a page writes what the model writes once stored in 8 bits") {
        std::string many;
        for (char32_t c = 0x4E00; c < 0x4E00 + 1500; ++c) append_utf8(c, many);
        const auto model = [&](Precision precision) {
            return loaded_model(tokenizer_of(many), of_cell(CellKind::lstm), precision);
        };
        CHECK(model_page(model(Precision::float32), "m").rounded);
        Pages pages;
        pages.add(model(Precision::float32), model(Precision::int8), "rounded", "", 1, false);
        pages.check();
    }

    TEST_CASE("a page names neither a corpus nor a folder, and is one of the program's own") {
        auto loaded = loaded_model(tokenizer_of(k_text), of_cell(CellKind::cifg));
        loaded.snapshot.corpus.paths = {"/home/marguerite/unpublished.txt"};
        loaded.snapshot.fine_tuned_from = Origin{.name = "/home/marguerite/older", .weights = {}};
        const auto html = model_page(loaded, "verse <1>").html;
        CHECK(html.find("marguerite") == html.npos);
        CHECK(html.find("unpublished") == html.npos);
        CHECK(html.find("<title>verse &lt;1&gt;</title>") != html.npos);
        CHECK(own_file(std::string_view(html).substr(0, k_own_file_start)) == OwnFile::page);
    }

    TEST_CASE("a model of bytes that are no text has no page") {
        const auto loaded =
            loaded_model(tokenizer_of("\xff\xfe\xff", byte_settings()), of_cell(CellKind::rnn));
        CHECK_THROWS_WITH_AS(model_page(loaded, "m"), doctest::Contains("is not UTF-8"),
                             UsageError);
    }

    TEST_CASE("a Transformer has no page, and the message says what it has") {
        const auto config = with_transformer_sizes(
            {.cell = CellKind::transformer, .layers = 1, .hidden_size = 8}, 6);
        const auto loaded = loaded_model(tokenizer_of(k_text), config);
        CHECK_THROWS_WITH_AS(model_page(loaded, "m"), doctest::Contains("carousel generate"),
                             UsageError);
    }

    TEST_CASE("the page of a model of any alphabet reads and writes as the program does") {
        const std::string many =
            "Größe, e\u0301te\u0301: 你好，世界。 שלום \u0628\u0651 👩‍👩‍👧 e\u0323\u0301!\r\nß ß é é\n";
        Pages pages;
        const auto add = [&](const TextSettings& settings, const std::string& prompt) {
            pages.add(loaded_model(tokenizer_of(many, settings), of_cell(CellKind::cifg)),
                      std::string(format_value(settings.unit)), prompt, 1.2F);
        };
        for (const auto normalization :
             {Normalization::none, Normalization::nfc, Normalization::nfd, Normalization::nfkc})
            add({.normalization = normalization, .newlines = Newlines::lf}, "e\u0301 שלום\r\n");
        add({.unit = Unit::grapheme}, "👩‍👩‍👧 e\u0301");
        add({.unit = Unit::codepoint, .min_count = 2}, "世界 größer");
        add({.unit = Unit::grapheme, .min_count = 2}, "👩‍👩‍👧 größer");
        add(byte_settings(), "世界");
        pages.check();
    }
}
