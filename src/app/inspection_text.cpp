#include "app/inspection_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numbers>

#include "app/corpus_names.hpp"
#include "app/inspection_json.hpp"
#include "app/setting_words.hpp"
#include "base/quantity.hpp"
#include "base/sha256.hpp"
#include "base/shown_path.hpp"
#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"
#include "snapshot/weights_hash.hpp"
#include "text/printable.hpp"
#include "text/text_descriptions.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_history_rows = 12, k_alphabet_columns = 2000;

void add_model(const Snapshot& snapshot, std::vector<PageRow>& rows) {
    rows.push_back({"written by", snapshot.program});
    rows.push_back({"kind", snapshot.state ? "newest of its training, which can be resumed"
                                           : "model, ready for use"});
    rows.push_back({"weights_sha256", to_hex(weights_sha256(snapshot))});
    rows.push_back(
        {"parameters", fmt::format("{}, stored as {}", format_count(stored_parameters(snapshot)),
                                   format_value(snapshot.precision))});
    rows.push_back({"architecture", setting_line(snapshot.model)});
    if (snapshot.fine_tuned_from) rows.push_back({"tuned from", snapshot.fine_tuned_from->name});
    for (const auto& teacher : snapshot.teachers) rows.push_back({"learned from", teacher.name});
}

void add_training(const Snapshot& snapshot, std::vector<PageRow>& rows) {
    if (!knows_training(snapshot)) {
        rows.push_back({"training", "elsewhere: nothing is known of it"});
        return;
    }
    rows.push_back({"training", setting_line(snapshot.training)});
    rows.push_back(
        {"step", fmt::format("{} (epoch {})", format_count(snapshot.step), snapshot.epoch)});
    if (const auto& loss = snapshot.validation_loss) {
        rows.push_back(
            {"loss", fmt::format("{:.4f} nats, {:.4f} bits per character, on the validation text",
                                 *loss, *loss / std::numbers::ln2)});
    }
    if (const auto& best = snapshot.best) {
        rows.push_back(
            {"best on the way",
             fmt::format("{:.4f} nats per character at step {}{}", best->loss,
                         format_count(best->step), best->averaged ? ", averaged weights" : "")});
    }
}

// Of how many symbols, with how many spelled characters, a model writes.
std::string writes(const Repertoire& known, const Vocabulary& vocabulary) {
    const bool ends = known.unseen.empty() || known.unseen.front() != Vocabulary::k_separator;
    const auto spelled =
        known.spelled.empty()
            ? ""
            : fmt::format(", with bytes {}", format_count(known.spelled.size(), "character"));
    return fmt::format("{} of these symbols{}{}",
                       format_count(vocabulary.size() - known.unseen.size()), spelled,
                       ends ? "" : "; no end of a document");
}

void add_text(const Snapshot& snapshot, std::vector<PageRow>& rows) {
    const auto& corpus = snapshot.corpus;
    rows.push_back({"corpus", shown_paths(corpus.paths)});
    if (knows_text(snapshot)) {
        rows.push_back({"fingerprint", to_hex(corpus.fingerprint)});
        rows.push_back({"characters", fmt::format("{} to train, {} to validate",
                                                  format_count(corpus.training_characters),
                                                  format_count(corpus.validation_characters))});
    }
    if (corpus.validation) rows.push_back({"validation", shown_path(corpus.validation->path)});
    rows.push_back({"text", setting_line(snapshot.text)});
    const Vocabulary vocabulary(snapshot.symbols);
    const auto alphabet = vocabulary.printable_alphabet();
    const auto shown = cut_to_width(alphabet, k_alphabet_columns);
    rows.push_back({"vocabulary",  // without the separator
                    fmt::format("{} symbols: {}{}", format_count(vocabulary.size() - 1), shown,
                                shown.size() < alphabet.size() ? " ... (--json has all)" : "")});
    if (snapshot.repertoire) rows.push_back({"writes", writes(*snapshot.repertoire, vocabulary)});
}

}  // namespace

std::vector<PageRow> inspection_rows(const std::filesystem::path& file, const Snapshot& snapshot) {
    std::vector<PageRow> rows{{"file", shown_path(file)}};
    add_model(snapshot, rows);
    add_training(snapshot, rows);
    add_text(snapshot, rows);
    return rows;
}

std::string history_table(const std::vector<HistoryRecord>& history) {
    if (history.empty()) return {};
    std::string text = fmt::format("{:>10}  {:>10}  {:>13}  {:>15}  {:>13}\n", "step", "seconds",
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

}  // namespace carousel
