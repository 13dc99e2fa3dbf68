#include "cli/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/corpus_names.hpp"
#include "base/file.hpp"
#include "base/quantity.hpp"
#include "cli/output.hpp"
#include "cli/setting_json.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "text/printable.hpp"
#include "text/text_descriptions.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

// Of the table; JSON has everything.
constexpr std::size_t k_history_rows = 12, k_alphabet_columns = 2000;

std::uint64_t count_parameters(const Snapshot& snapshot) {
    std::uint64_t count = 0;
    for (const auto& weight : snapshot.weights) count += weight.values.size();
    return count;
}

Json to_json(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
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

std::string to_json(const InspectOptions& options, const Snapshot& snapshot) {
    Json best, origin;
    if (snapshot.best) {
        best = {{"step", snapshot.best->step},
                {"loss", snapshot.best->loss},
                {"averaged", snapshot.best->averaged}};
    }
    if (snapshot.fine_tuned_from) {
        origin = {{"name", snapshot.fine_tuned_from->name},
                  {"weights_sha256", to_hex(snapshot.fine_tuned_from->weights)}};
    }
    Json json{{"file", options.file.string()},
              {"program", snapshot.program},
              {"resumable", snapshot.state.has_value()},
              {"weights_sha256", to_hex(weights_sha256(snapshot))},
              {"parameters", count_parameters(snapshot)},
              {"precision", format_value(snapshot.precision)},
              {"vocabulary_size", snapshot.model.vocabulary_size}};
    add_settings(json, snapshot.model);
    json["step"] = snapshot.step;
    json["epoch"] = snapshot.epoch;
    json["validation_loss"] = to_json(snapshot.validation_loss);
    json["best"] = std::move(best);
    json["fine_tuned_from"] = std::move(origin);
    json["corpus"] = corpus_to_json(snapshot.corpus);
    json["text"] = text_to_json(snapshot);
    add_settings(json["training"], snapshot.training);
    json["history"] = history_to_json(snapshot.history);
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

void add_model(const Snapshot& snapshot, Table& table) {
    const auto& model = snapshot.model;
    table.add("written by", snapshot.program);
    table.add("kind", snapshot.state ? "newest of its training, which can be resumed"
                                     : "model, ready for use");
    table.add("weights_sha256", to_hex(weights_sha256(snapshot)));
    table.add("parameters",
              fmt::format("{}, stored as {}", format_count(count_parameters(snapshot)),
                          format_value(snapshot.precision)));
    table.add(
        "architecture",
        fmt::format(
            "{}, layers {}, hidden size {}, embedding size {}, output from {}",
            format_value(model.cell), model.layers, model.hidden_size, model.embedding_size,
            model.output_input == OutputInput::sum ? "the sum of all layers" : "the top layer"));
    if (snapshot.fine_tuned_from) {
        table.add("fine-tuned from", snapshot.fine_tuned_from->name);
    }
}

void add_text(const Snapshot& snapshot, Table& table) {
    const auto& text = snapshot.text;
    const auto& corpus = snapshot.corpus;
    table.add("corpus", shown_paths(corpus.paths));
    table.add("fingerprint", to_hex(corpus.fingerprint));
    table.add("characters",
              fmt::format("{} to train, {} to validate", format_count(corpus.training_characters),
                          format_count(corpus.validation_characters)));
    if (corpus.validation) table.add("validation", shown_path(corpus.validation->path));
    table.add("text", fmt::format("unit {}, normalize {}, newlines {}, min-count {}",
                                  format_value(text.unit), format_value(text.normalization),
                                  format_value(text.newlines), text.min_count));
    const Vocabulary vocabulary(snapshot.symbols);
    const auto alphabet = vocabulary.printable_alphabet();
    const auto shown = cut_to_width(alphabet, k_alphabet_columns);
    table.add("vocabulary",
              fmt::format("{} symbols: {}{}", format_count(vocabulary.size()), shown,
                          shown.size() < alphabet.size() ? " ... (--json has all)" : ""));
}

void add_training(const Snapshot& snapshot, Table& table) {
    const auto& config = snapshot.training;
    table.add("training", fmt::format("batch size {}, window {}, {}, learning rate {}, seed {}",
                                      config.batch_size, config.window, format_value(config.length),
                                      config.learning_rate, config.seed));
    table.add("dropout",
              fmt::format("input {}, between {}, output {}, recurrent {}, a mask for "
                          "each {}",
                          config.dropout_input, config.dropout_between, config.dropout_output,
                          config.dropout_recurrent, format_value(config.dropout_mask)));
    if (config.recurrent_gradient == RecurrentGradient::states)
        table.add("gradients", "go back in time through the cell's states alone");
    table.add("step", fmt::format("{} (epoch {})", format_count(snapshot.step), snapshot.epoch));
    if (const auto& loss = snapshot.validation_loss) {
        table.add("validation loss", fmt::format("{:.4f} nats, {:.4f} bits per character", *loss,
                                                 *loss / std::numbers::ln2));
    }
    if (snapshot.best) {
        table.add("best", fmt::format("{:.4f} nats per character at step {}{}", snapshot.best->loss,
                                      format_count(snapshot.best->step),
                                      snapshot.best->averaged ? ", averaged weights" : ""));
    }
}

/// Some records of the history, evenly spaced, the last one among them.
std::string history_table(const std::vector<HistoryRecord>& history) {
    if (history.empty()) return {};
    std::string text = fmt::format("\n{:>10}  {:>10}  {:>13}  {:>15}  {:>13}\n", "step", "seconds",
                                   "training loss", "validation loss", "learning rate");
    const std::size_t rows = std::min(history.size(), k_history_rows);
    for (std::size_t row = 1; row <= rows; ++row) {
        const auto& record = history[row * history.size() / rows - 1];
        text +=
            fmt::format("{:>10}  {:>10.1f}  {:>13.4f}  {:>15}  {:>13.3g}\n", record.step,
                        record.seconds, record.training_loss,
                        record.has_validation ? fmt::format("{:.4f}", record.validation_loss) : "",
                        record.learning_rate);
    }
    return text;
}

std::string to_table(const InspectOptions& options, const Snapshot& snapshot) {
    Table table;
    table.add("file", shown_path(options.file));
    add_model(snapshot, table);
    add_training(snapshot, table);
    add_text(snapshot, table);
    return table.text() + history_table(snapshot.history);
}

}  // namespace

int inspect(const InspectOptions& options, const GlobalOptions&) {
    const Snapshot snapshot = load_snapshot(model_file(options.file));
    try {
        Output().write(options.json ? to_json(options, snapshot) : to_table(options, snapshot));
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    return 0;
}

}  // namespace carousel
