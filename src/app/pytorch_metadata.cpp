#include "app/pytorch_metadata.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "app/setting_json.hpp"
#include "interchange/pytorch_layout.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "text/text_descriptions.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* k_alphabet = "alphabet";
constexpr const char* k_settings_key = "settings";

/// A character is its text, a byte its number, the separator null.
Json alphabet_json(const std::vector<Symbol>& symbols) {
    Json alphabet = Json::array();
    for (const auto& [kind, text] : symbols) {
        if (kind == SymbolKind::separator) alphabet.push_back(nullptr);
        if (kind == SymbolKind::character) alphabet.push_back(text);
        if (kind == SymbolKind::byte) alphabet.push_back(static_cast<unsigned char>(text.front()));
    }
    return alphabet;
}

Symbol symbol_of(const Json& json) {
    if (json.is_null()) return {SymbolKind::separator, ""};
    if (json.is_string()) return {SymbolKind::character, json.get<std::string>()};
    std::uint8_t byte = 0;
    read_json(json, byte);
    return {SymbolKind::byte, std::string(1, static_cast<char>(byte))};
}

Json repertoire_json(const std::optional<Repertoire>& repertoire) {
    if (!repertoire) return {};
    return {{"unseen", repertoire->unseen}, {"spelled", repertoire->spelled}};
}

std::optional<Repertoire> repertoire_of(const Json& json) {
    if (json.is_null()) return std::nullopt;
    Repertoire repertoire;
    const auto read = [&](const char* key, auto& numbers) {
        for (const auto& each : json.at(key)) read_json(each, numbers.emplace_back());
    };
    read("unseen", repertoire.unseen);
    read("spelled", repertoire.spelled);
    return repertoire;
}

Json corpus_json(const CorpusRecord& corpus) {
    Json names = Json::array();
    for (const auto& path : corpus.paths) {
        const auto name = std::filesystem::path(path).filename().string();
        names.push_back(name.empty() ? "folder" : name);
    }
    return {{"names", std::move(names)},
            {"fingerprint", to_hex(corpus.fingerprint)},
            {"characters", corpus.characters},
            {"training_characters", corpus.training_characters},
            {"validation_characters", corpus.validation_characters},
            {"validation_fraction", corpus.validation_fraction}};
}

Sha256Digest digest_of(const Json& json) {
    std::string text;
    read_json(json, text);
    Sha256Digest digest{};
    const auto digit = [&](std::size_t i) {
        const auto value = std::string_view("0123456789abcdef").find(text[i]);
        if (value == std::string_view::npos) throw std::invalid_argument("it has another digit");
        return value;
    };
    if (text.size() != 2 * digest.size()) throw std::invalid_argument("it has another length");
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::uint8_t>(digit(2 * i) << 4 | digit(2 * i + 1));
    return digest;
}

CorpusRecord corpus_of(const Json& json) {
    CorpusRecord corpus;
    for (const auto& name : json.at("names")) read_json(name, corpus.paths.emplace_back());
    corpus.fingerprint = digest_of(json.at("fingerprint"));
    read_json(json.at("characters"), corpus.characters);
    read_json(json.at("training_characters"), corpus.training_characters);
    read_json(json.at("validation_characters"), corpus.validation_characters);
    read_json(json.at("validation_fraction"), corpus.validation_fraction);
    return corpus;
}

Json settings_json(const Snapshot& snapshot) {
    Json json;
    add_settings(json["model"], snapshot.model);
    add_settings(json["text"], snapshot.text);
    add_settings(json["decoding"], snapshot.decoding);
    add_settings(json["training"], snapshot.training);
    json["repertoire"] = repertoire_json(snapshot.repertoire);
    json["corpus"] = corpus_json(snapshot.corpus);
    json["step"] = snapshot.step;
    json["epoch"] = snapshot.epoch;
    json["validation_loss"] = snapshot.validation_loss ? Json(*snapshot.validation_loss) : Json();
    return json;
}

void read_settings_of(const Json& json, Snapshot& snapshot) {
    read_settings(json.at("model"), snapshot.model);
    if (snapshot.model.direction != ReadingDirection::forward)
        throw std::invalid_argument("it says two nets, and the layout has one");
    read_settings(json.at("text"), snapshot.text);
    read_settings(json.at("decoding"), snapshot.decoding);
    read_settings(json.at("training"), snapshot.training);
    snapshot.repertoire = repertoire_of(json.at("repertoire"));
    snapshot.corpus = corpus_of(json.at("corpus"));
    read_json(json.at("step"), snapshot.step);
    read_json(json.at("epoch"), snapshot.epoch);
    if (const auto& loss = json.at("validation_loss"); !loss.is_null())
        read_json(loss, snapshot.validation_loss.emplace());
}

/// A value of the metadata; nothing in ours is nested deeper than settings in their groups.
Json parsed(const std::string& text, const char* key) {
    constexpr int k_deepest = 4;
    const auto shallow = [&](int depth, Json::parse_event_t, const Json&) {
        if (depth > k_deepest) throw std::invalid_argument("it is nested too deeply");
        return true;
    };
    try {
        return Json::parse(text, shallow);
    } catch (const std::exception&) {
        throw std::invalid_argument(fmt::format("its \"{}\" is not what Carousel writes", key));
    }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> metadata_of(const Snapshot& snapshot) {
    std::vector<std::pair<std::string, std::string>> metadata{
        {"program", "carousel " CAROUSEL_VERSION},
        {"format", "pt"},
        {k_alphabet, alphabet_json(snapshot.symbols).dump()},
        {k_settings_key, settings_json(snapshot).dump()},
        {"module", std::string(pytorch_module(snapshot.model))}};
    if (sums_layers(snapshot.model))
        metadata.emplace_back(
            "note",
            "The output layer reads the sum of the outputs of all layers, not the "
            "output of the top layer alone: run each layer as a module of its own.");
    return metadata;
}

std::optional<Snapshot> snapshot_of(const Safetensors::Metadata& metadata) {
    const auto alphabet = metadata.find(k_alphabet), settings = metadata.find(k_settings_key);
    if (alphabet == metadata.end() || settings == metadata.end()) return std::nullopt;
    Snapshot snapshot;
    const auto symbols = parsed(alphabet->second, k_alphabet);
    const auto json = parsed(settings->second, k_settings_key);
    try {
        if (!symbols.is_array()) throw std::invalid_argument("it is no list");
        if (symbols.size() > Vocabulary::k_largest)
            throw std::invalid_argument("it has too many symbols");
        for (const auto& each : symbols) snapshot.symbols.push_back(symbol_of(each));
        read_settings_of(json, snapshot);
    } catch (const nlohmann::json::exception&) {
        throw std::invalid_argument("its metadata lack what Carousel writes");
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(fmt::format("its metadata make no sense: {}", error.what()));
    }
    return snapshot;
}

}  // namespace carousel
