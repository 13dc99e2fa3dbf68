#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "app/evaluation_run.hpp"
#include "app/inspection_json.hpp"
#include "app/inspection_text.hpp"
#include "app/loaded_model.hpp"
#include "app/pytorch_export.hpp"
#include "app/pytorch_import.hpp"
#include "app/pytorch_metadata.hpp"
#include "base/error.hpp"
#include "interchange/made_file.hpp"
#include "model/reader.hpp"
#include "snapshot/small_snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"

// The stored examples were written by tests/pytorch/check.py, with the logits of the real PyTorch.

using namespace carousel;
namespace fs = std::filesystem;

namespace {

const fs::path k_examples = source_root() / "tests/pytorch/examples",
               k_models = source_root() / "tests/snapshot/version_1";

std::string content(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    REQUIRE_MESSAGE(stream, path.string());
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// The largest difference between the logits of a stored text and those of a model, of which the
/// first symbol is the separator that was added.
float difference(const fs::path& model, const fs::path& stored, TokenId added) {
    const auto loaded = load_model(model);
    const auto own = model_on_threads(1, loaded.snapshot.model, loaded.snapshot.weights);
    auto state = RecurrentState::zeros(loaded.snapshot.model, 1);
    const auto reader = own.model->reader(1);
    std::istringstream lines(content(stored));
    std::string line;
    float largest = 0;
    int count = 0;
    while (std::getline(lines, line)) {
        std::istringstream numbers(line);
        TokenId id = 0;
        numbers >> id;
        Tensor<2> logits;
        reader->advance(TokenIds(TokenIds::shape_type{1, 1}, id + added), state, logits);
        for (std::size_t v = added; v < logits.shape(1); ++v) {
            float expected = NAN;
            numbers >> expected;
            REQUIRE(numbers);
            largest = std::max(largest, std::fabs(logits(0, v) - expected));
        }
        ++count;
    }
    CHECK(count > 200);
    return largest;
}

ImportRequest request_for(const fs::path& file, const fs::path& output) {
    ImportRequest request;
    request.file = file;
    request.output = output;
    return request;
}

/// A model that the layers of PyTorch can compute, with everything that metadata tell.
Snapshot expressible_snapshot(CellKind cell) {
    auto snapshot = small_snapshot();
    snapshot.state.reset();
    snapshot.text.normalization = Normalization::nfc;
    snapshot.model = {.cell = cell,
                      .vocabulary_size = 3,
                      .layers = 2,
                      .hidden_size = 2,
                      .embedding_size = 3,
                      .forget_bias = 0.5F,
                      .output_input = OutputInput::sum};
    snapshot.weights = made_weights(snapshot.model);
    return snapshot;
}

template <typename Kind>
std::string refusal_of(const ImportRequest& request) {
    try {
        import_from_pytorch(request);
    } catch (const Kind& error) {
        return error.what();
    }
    return "nothing was refused";
}

bool says(const std::string& text, std::string_view part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

/// A model of a stranger: an LSTM of so many symbols.
void write_foreign(const fs::path& path, std::int64_t symbols) {
    write(path,
          written_file(
              {made_tensor("embedding.weight", {symbols, 2}),
               made_tensor("rnn.weight_ih_l0", {8, 2}), made_tensor("rnn.weight_hh_l0", {8, 2}),
               made_tensor("output.weight", {symbols, 2}), made_tensor("output.bias", {symbols})}));
}

}  // namespace

TEST_SUITE("app/pytorch_exchange") {
    TEST_CASE("stored models go out as PyTorch got them, and come back with their bits") {
        const TemporaryFolder folder;
        for (const char* cell : {"lstm", "cifg", "gru", "rnn"}) {
            CAPTURE(cell);
            const auto stored = k_models / (std::string(cell) + ".carousel");
            const auto example = k_examples / (std::string(cell) + ".safetensors");
            const auto out = folder / (std::string(cell) + ".safetensors");
            export_to_pytorch(stored, out);
            const Safetensors written(content(out)), expected(content(example));
            CHECK(written.tensors().size() == expected.tensors().size());
            for (const auto& [name, entry] : expected.tensors())
                CHECK(written.tensor(name) == expected.tensor(name));
            CHECK(written.metadata().at("alphabet") == expected.metadata().at("alphabet"));
            CHECK(written.metadata().at("module") == expected.metadata().at("module"));
            const auto back = folder / (std::string(cell) + ".carousel");
            CHECK(import_from_pytorch(request_for(example, back)).notes.empty());
            CHECK(weights_sha256(load_snapshot(back)) == weights_sha256(load_snapshot(stored)));
            const auto logits = k_examples / (std::string(cell) + ".logits");
            CHECK(difference(back, logits, 0) < 1e-4F);
        }
    }

    TEST_CASE(
        "models that PyTorch made give PyTorch's logits, in every precision and under any names") {
        const TemporaryFolder folder;
        for (const auto& [name, rnn] : {std::pair{"lstm", "core"},
                                        {"gru", "core"},
                                        {"rnn", "rnns.{}"},
                                        {"lstm.double", "rnns.{}"}}) {
            CAPTURE(name);
            const auto stem = std::string("foreign.") + name;
            auto request =
                request_for(k_examples / (stem + ".safetensors"), folder / (stem + ".carousel"));
            request.names = {.embedding = "encoder", .rnn = rnn, .output = "decoder"};
            request.alphabet.vocabulary = k_examples / "foreign.json";
            import_from_pytorch(request);
            CHECK(difference(*request.output, k_examples / (stem + ".logits"), 1) < 1e-4F);
        }
    }

    TEST_CASE("everything but the training's own comes back, and no folder is told") {
        const TemporaryFolder folder;
        for (const auto cell : {CellKind::lstm, CellKind::cifg, CellKind::gru, CellKind::rnn}) {
            auto snapshot = expressible_snapshot(cell);
            snapshot.corpus.paths = {"/home/somebody/secret/a.txt", "b.txt", "/home/somebody/"};
            const auto file = folder / "m.carousel";
            save_snapshot(file, snapshot);
            const auto exported = export_to_pytorch(file, std::nullopt);
            CHECK(exported.file == folder / "m.safetensors");
            CHECK(content(exported.file).find("somebody") == std::string::npos);
            const auto again = folder / "again.carousel";
            import_from_pytorch(request_for(exported.file, again));
            const auto back = load_snapshot(again);
            CHECK(back.weights == snapshot.weights);
            CHECK(back.model == snapshot.model);
            CHECK(back.text == snapshot.text);
            CHECK(back.decoding == snapshot.decoding);
            CHECK(back.symbols == snapshot.symbols);
            CHECK(back.repertoire == snapshot.repertoire);
            CHECK(back.training == snapshot.training);
            CHECK(back.step == snapshot.step);
            CHECK(back.validation_loss == snapshot.validation_loss);
            CHECK(back.corpus.fingerprint == snapshot.corpus.fingerprint);
            CHECK(back.corpus.paths == std::vector<std::string>{"a.txt", "b.txt", "folder"});
            CHECK_FALSE(back.state);
            for (const char* name : {"m.carousel", "m.safetensors", "again.carousel"})
                fs::remove(folder / name);
        }
    }

    TEST_CASE("a model that PyTorch cannot compute is refused, and nothing is written") {
        const TemporaryFolder folder;
        for (const char* cell : {"mlstm", "layernorm-lstm", "peephole", "clockwork", "mogrifier"}) {
            try {
                export_to_pytorch(k_models / (std::string(cell) + ".carousel"),
                                  folder / "x.safetensors");
                FAIL("it was not refused");
            } catch (const UsageError& error) {
                CHECK(says(error.what(), std::string("its cell, ") + cell));
            }
        }
        CHECK(fs::is_empty(folder.path()));
    }

    TEST_CASE("no output replaces a file") {
        const TemporaryFolder folder;
        write(folder / "there", "x");
        CHECK_THROWS_AS(export_to_pytorch(k_models / "lstm.carousel", folder / "there"),
                        InputError);
        CHECK(says(
            refusal_of<InputError>(request_for(k_examples / "lstm.safetensors", folder / "there")),
            "exists already"));
        CHECK(content(folder / "there") == "x");
        auto piped = request_for("-", {});
        piped.output.reset();
        CHECK(says(refusal_of<UsageError>(piped), "--output"));
    }

    TEST_CASE("a file that is cut at any length is refused, and nothing is written") {
        const TemporaryFolder folder;
        const auto whole = content(k_examples / "rnn.safetensors");
        const auto cut = folder / "cut.safetensors", output = folder / "x.carousel";
        for (std::size_t size = 0; size < whole.size(); size += 1 + size / 50) {
            write(cut, whole.substr(0, size));
            CHECK(says(refusal_of<InputError>(request_for(cut, output)), "cannot be imported"));
        }
        CHECK_FALSE(fs::exists(output));
    }

    TEST_CASE("metadata that make no sense are refused") {
        const auto good = metadata_of(expressible_snapshot(CellKind::lstm));
        const Safetensors::Metadata metadata(good.begin(), good.end());
        REQUIRE(snapshot_of(metadata));
        const auto changed = [&](const char* key, const std::string& from, const std::string& to) {
            auto copy = metadata;
            auto& text = copy.at(key);
            const auto at = text.find(from);
            REQUIRE_MESSAGE(at != std::string::npos, from);
            text.replace(at, from.size(), to);
            return refusal([&] { snapshot_of(copy); });
        };
        for (const auto& [from, to] :
             std::vector<std::pair<std::string, std::string>>{{"[null", "[[null]"},
                                                              {"[null", "[-1"},
                                                              {"[null", "[256"},
                                                              {"[null", "[{}"},
                                                              {"[null", "{"}})
            CHECK_FALSE(changed("alphabet", from, to).empty());
        for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
                 {"\"unit\":\"codepoint\"", "\"unit\":\"word\""},
                 {"\"unit\":\"codepoint\"", "\"unit\":7"},
                 {"\"window\":5", "\"window\":-5"},
                 {"\"window\":5", "\"window\":99999999999999999999"},
                 {"\"kind\":\"epochs\"", "\"kind\":\"years\""},
                 {"\"unseen\":[0]", "\"unseen\":[4294967296]"},
                 {"\"step\":12", "\"step\":null"},
                 {"\"fingerprint\":\"01", "\"fingerprint\":\"0g"},
                 {"\"fingerprint\":\"01", "\"fingerprint\":\""},
                 {"\"training\":{", "\"training\":[{"}})
            CHECK_FALSE(changed("settings", from, to).empty());
        std::string deep;
        for (int i = 0; i < 100'000; ++i) deep += '[';
        CHECK_FALSE(changed("alphabet", "[null", deep).empty());
    }

    TEST_CASE(
        "what needs the text of a training is refused of a model that was trained elsewhere") {
        const TemporaryFolder folder;
        write_foreign(folder / "f.safetensors", 4);
        write(folder / "text.txt", "ab\nba\n");
        auto imported = request_for(folder / "f.safetensors", folder / "f.carousel");
        imported.alphabet.alphabet = "ab\nc";
        EvaluationRequest request;
        request.corpus = {folder / "text.txt"};
        request.model = import_from_pytorch(imported).file;
        request.part = Part::validation;
        const auto why = [&] {
            try {
                const TellWork ignore = [](const WorkEvent&) {};
                EvaluationRun(request, ignore).measure();
            } catch (const UsageError& error) {
                return std::string(error.what());
            }
            return std::string("nothing was refused");
        };
        CHECK(says(why(), "does not know it"));
        request.part = Part::all;
        request.baseline = true;
        CHECK(says(why(), "does not know: its weights"));
    }

    TEST_CASE("of a model that was trained elsewhere no settings of a training are told") {
        const TemporaryFolder folder;
        write_foreign(folder / "f.safetensors", 4);
        auto request = request_for(folder / "f.safetensors", folder / "f.carousel");
        request.alphabet.alphabet = "ab\nc";
        const auto foreign = load_snapshot(import_from_pytorch(request).file);
        CHECK(says(inspection_json("f", foreign), "\"training\": null"));
        CHECK(says(inspection_json("g", expressible_snapshot(CellKind::gru)), "\"window\": 5"));
    }

    TEST_CASE("a model without a separator gets one that reads as a newline and is never written") {
        const TemporaryFolder folder;
        write_foreign(folder / "f.safetensors", 4);
        auto request = request_for(folder / "f.safetensors", folder / "f.carousel");
        request.alphabet.alphabet = "ab\n\u00e9";
        const auto imported = import_from_pytorch(request);
        CHECK(imported.notes.size() == 1);
        const auto model = load_snapshot(imported.file);
        CHECK(model.symbols.size() == 5);
        CHECK(model.symbols[4].text == "\u00e9");
        for (const auto& [name, value] : inspection_rows(imported.file, model)) {
            CHECK(name != "fingerprint");  // which would be zeros
            if (name == "training") CHECK(says(value, "nothing is known"));
        }
        CHECK(model.repertoire->unseen == std::vector<TokenId>{0});
        const auto& embedding = model.weights.front().values;
        CHECK(embedding[0] == embedding[6]);  // the row of the newline
        CHECK(embedding[1] == embedding[7]);
        CHECK(model.weights.back().values[0] == -100);
        CHECK(model.weights[model.weights.size() - 2].values[1] == 0);
        request.output = folder / "g.carousel";
        request.alphabet.start = "b";
        CHECK(load_snapshot(import_from_pytorch(request).file).weights.front().values[0] ==
              embedding[4]);
    }

    TEST_CASE(
        "the separator of a vocabulary becomes Carousel's, and other names are never written") {
        const TemporaryFolder folder;
        write_foreign(folder / "f.safetensors", 4);
        write(folder / "chars.json", R"({"<unk>":0,"a":1,"<eos>":2,"b":3})");
        auto request = request_for(folder / "f.safetensors", folder / "f.carousel");
        request.alphabet.vocabulary = folder / "chars.json";
        request.alphabet.separator = "<eos>";
        const auto model = load_snapshot(import_from_pytorch(request).file);
        REQUIRE(model.symbols.size() == 4);
        CHECK(model.symbols[0].kind == SymbolKind::separator);
        CHECK(model.symbols[2].text == "a");
        CHECK(model.symbols[3].text == "b");
        CHECK(model.repertoire->unseen == std::vector<TokenId>{1});
        const auto bias = made_tensor("", {4}).values;
        CHECK(model.weights.back().values ==
              std::vector<float>{bias[2], bias[0], bias[1], bias[3]});
    }

    TEST_CASE(
        "a vocabulary is a list or an object either way, and a text gives its sorted characters") {
        const TemporaryFolder folder;
        write_foreign(folder / "f.safetensors", 3);
        write(folder / "text", "cab\r\nab");
        int number = 0;
        const auto letters = [&](const AlphabetSource& source) {
            auto request = request_for(folder / "f.safetensors",
                                       folder / (std::to_string(number++) + ".carousel"));
            request.alphabet = source;
            std::string all;
            for (const auto& symbol : load_snapshot(import_from_pytorch(request).file).symbols)
                all += symbol.text;
            return all;
        };
        for (const char* json :
             {R"(["c","a","b"])", R"({"a":1,"b":2,"c":0})", R"({"0":"c","2":"b","1":"a"})"}) {
            write(folder / "v.json", json);
            CHECK(letters({.vocabulary = folder / "v.json"}) == "cab");
        }
        write_foreign(folder / "f.safetensors", 4);
        CHECK(letters({.text = folder / "text"}) == "\nabc");
        write_foreign(folder / "f.safetensors", 256);
        CHECK(letters({}).size() == 256);
    }

    TEST_CASE("an alphabet that is not told, does not fit or is none is refused") {
        const TemporaryFolder folder;
        write_foreign(folder / "f.safetensors", 3);
        auto request = request_for(folder / "f.safetensors", folder / "f.carousel");
        CHECK(says(refusal_of<UsageError>(request), "--vocabulary"));
        request.alphabet.alphabet = "ab";
        CHECK(says(refusal_of<UsageError>(request), "3 symbols"));
        request.alphabet.alphabet = "aba";
        CHECK(says(refusal_of<InputError>(request), "twice"));
        request.alphabet = {};
        request.alphabet.vocabulary = folder / "v.json";
        for (const char* json :
             {"", "7", "[1,2,3]", "[\"a\",[\"b\"],\"c\"]", R"({"a":0,"b":0,"c":1})",
              R"({"a":0,"b":1,"c":3})", R"({"a":0,"b":1,"c":-1})", R"({"x":"a"})", "[\"a\",\"b\",",
              "[[[[[[["}) {
            write(folder / "v.json", json);
            CHECK(says(refusal_of<InputError>(request), "v.json"));
        }
        request = request_for(k_examples / "lstm.safetensors", folder / "f.carousel");
        request.alphabet.alphabet = "ab";
        CHECK(says(refusal_of<UsageError>(request), "leave --alphabet"));
    }

    TEST_CASE("a pickle, a model of Carousel and a folder are refused with what to do") {
        const TemporaryFolder folder;
        const auto output = folder / "x.carousel";
        write(folder / "m.pt", "PK\x03\x04rest");
        CHECK(says(refusal_of<InputError>(request_for(folder / "m.pt", output)), "a pickle"));
        CHECK(says(refusal_of<InputError>(request_for(k_models / "lstm.carousel", output)),
                   "already"));
        auto beside = request_for(k_models / "lstm.carousel", output);
        beside.output.reset();  // which is then the model itself
        CHECK(says(refusal_of<InputError>(beside), "a model of Carousel already"));
        write(folder / "poem.txt", "The sea was calm.\n");
        CHECK(says(refusal_of<InputError>(request_for(folder / "poem.txt", output)),
                   "no safetensors file"));
        CHECK(says(refusal_of<InputError>(request_for(folder.path(), output)), "no regular file"));
        CHECK(says(refusal_of<InputError>(request_for("/dev/zero", output)), "no regular file"));
        CHECK(says(refusal_of<InputError>(request_for(folder / "none", output)), "none"));
    }
}
