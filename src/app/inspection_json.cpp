#include "app/inspection_json.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/setting_json.hpp"
#include "base/sha256.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "snapshot/weights_hash.hpp"
#include "text/text_descriptions.hpp"
#include "text/utf8.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

// What the model has learned to write; null where that is not known.
Json repertoire_to_json(const Snapshot& snapshot) {
    if (!snapshot.repertoire) return {};
    Json spelled = Json::array();
    for (const auto code_point : snapshot.repertoire->spelled) {
        std::string character;
        append_utf8(code_point, character);
        spelled.push_back(std::move(character));
    }
    return {{"unseen", snapshot.repertoire->unseen}, {"spelled", std::move(spelled)}};
}

Json text_to_json(const Snapshot& snapshot) {
    Json alphabet = Json::array();
    std::size_t byte_symbols = 0;
    for (const auto& [kind, text] : snapshot.symbols) {
        if (kind == SymbolKind::character) alphabet.push_back(text);
        if (kind == SymbolKind::byte) ++byte_symbols;
    }
    Json json;
    add_settings(json, snapshot.text);
    add_settings(json, snapshot.decoding);
    json["alphabet"] = std::move(alphabet);
    json["byte_symbols"] = byte_symbols;
    json["repertoire"] = repertoire_to_json(snapshot);
    return json;
}

Json corpus_to_json(const CorpusRecord& corpus) {
    Json validation;
    if (corpus.validation) {
        validation = {{"path", corpus.validation->path},
                      {"fingerprint", to_hex(corpus.validation->fingerprint)}};
    }
    return {{"paths", corpus.paths},
            {"fingerprint", to_hex(corpus.fingerprint)},
            {"characters", corpus.characters},
            {"training_characters", corpus.training_characters},
            {"validation_characters", corpus.validation_characters},
            {"validation_fraction", corpus.validation_fraction},
            {"validation", std::move(validation)}};
}

Json history_to_json(const std::vector<HistoryRecord>& history) {
    Json records = Json::array();
    for (const auto& record : history) {
        records.push_back(
            {{"step", record.step},
             {"epoch", record.epoch},
             {"seconds", record.seconds},
             {"training_loss", record.training_loss},
             {"validation_loss", record.has_validation ? Json(record.validation_loss) : Json()},
             {"averaged", record.averaged},
             {"learning_rate", record.learning_rate}});
    }
    return records;
}

}  // namespace

std::string inspection_json(const std::filesystem::path& file, const Snapshot& snapshot) {
    Json best, origin, teachers = Json::array();
    if (snapshot.best) {
        best = {{"step", snapshot.best->step},
                {"loss", snapshot.best->loss},
                {"averaged", snapshot.best->averaged}};
    }
    const auto origin_json = [](const Origin& model) -> Json {
        return {{"name", model.name}, {"weights_sha256", to_hex(model.weights)}};
    };
    if (snapshot.fine_tuned_from) origin = origin_json(*snapshot.fine_tuned_from);
    for (const auto& teacher : snapshot.teachers) teachers.push_back(origin_json(teacher));
    Json json{{"file", file.string()},
              {"program", snapshot.program},
              {"resumable", snapshot.state.has_value()},
              {"weights_sha256", to_hex(weights_sha256(snapshot))},
              {"parameters", stored_parameters(snapshot)},
              {"precision", format_value(snapshot.precision)},
              {"vocabulary_size", snapshot.model.vocabulary_size}};
    add_settings(json, snapshot.model);
    json["step"] = snapshot.step;
    json["epoch"] = snapshot.epoch;
    json["validation_loss"] = to_json(snapshot.validation_loss);
    json["best"] = std::move(best);
    json["fine_tuned_from"] = std::move(origin);
    json["teachers"] = std::move(teachers);
    json["corpus"] = corpus_to_json(snapshot.corpus);
    json["text"] = text_to_json(snapshot);
    if (knows_training(snapshot)) {
        add_settings(json["training"], snapshot.training);
    } else {
        json["training"] = nullptr;
    }
    json["history"] = history_to_json(snapshot.history);
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

bool knows_text(const Snapshot& snapshot) {
    return snapshot.corpus.fingerprint != Sha256Digest{};
}

bool knows_training(const Snapshot& snapshot) {
    return knows_text(snapshot) || snapshot.step > 0;
}

std::uint64_t stored_parameters(const Snapshot& snapshot) {
    std::uint64_t count = 0;
    for (const auto& weight : snapshot.weights) count += weight.values.size();
    return count;
}

}  // namespace carousel
