#include "cli/inspect.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "app/corpus_names.hpp"
#include "app/inspection_json.hpp"
#include "base/file.hpp"
#include "base/quantity.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "text/printable.hpp"
#include "text/text_descriptions.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

// Of the table; JSON has everything.
constexpr std::size_t k_history_rows = 12, k_alphabet_columns = 2000;

void add_model(const Snapshot& snapshot, Table& table) {
    const auto& model = snapshot.model;
    table.add("written by", snapshot.program);
    table.add("kind", snapshot.state ? "newest of its training, which can be resumed"
                                     : "model, ready for use");
    table.add("weights_sha256", to_hex(weights_sha256(snapshot)));
    table.add("parameters",
              fmt::format("{}, stored as {}", format_count(stored_parameters(snapshot)),
                          format_value(snapshot.precision)));
    table.add(
        "architecture",
        fmt::format(
            "{}, layers {}, hidden size {}, embedding size {}, output from {}",
            format_value(model.cell), model.layers, model.hidden_size, model.embedding_size,
            model.output_input == OutputInput::sum ? "the sum of all layers" : "the top layer"));
    if (snapshot.fine_tuned_from) {
        table.add("tuned from", snapshot.fine_tuned_from->name);
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
    table.add("vocabulary",  // without the separator
              fmt::format("{} symbols: {}{}", format_count(vocabulary.size() - 1), shown,
                          shown.size() < alphabet.size() ? " ... (--json has all)" : ""));
    if (const auto& known = snapshot.repertoire) {
        const bool ends = known->unseen.empty() || known->unseen.front() != Vocabulary::k_separator;
        table.add("writes",
                  fmt::format("{} of these symbols{}{}",
                              format_count(vocabulary.size() - known->unseen.size()),
                              known->spelled.empty()
                                  ? ""
                                  : fmt::format(", with bytes {}",
                                                format_count(known->spelled.size(), "character")),
                              ends ? "" : "; no end of a document"));
    }
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
        table.add("loss",
                  fmt::format("{:.4f} nats, {:.4f} bits per character, on the validation text",
                              *loss, *loss / std::numbers::ln2));
    }
    if (snapshot.best) {
        table.add("best on the way",
                  fmt::format("{:.4f} nats per character at step {}{}", snapshot.best->loss,
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
    return table.text(columns_of(STDOUT_FILENO)) + history_table(snapshot.history);
}

}  // namespace

int inspect(const InspectOptions& options, const GlobalOptions&) {
    const Snapshot snapshot = load_snapshot(model_file(options.file));
    try {
        Output().write(options.json ? inspection_json(options.file, snapshot)
                                    : to_table(options, snapshot));
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    return 0;
}

}  // namespace carousel
