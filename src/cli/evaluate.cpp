#include "cli/evaluate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "cli/loaded_model.hpp"
#include "cli/option_values.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "data/corpus.hpp"
#include "data/documents.hpp"
#include "evaluation/evaluator.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

// Beside the model, where there is room for a corpus, or where temporary files go when the model is
// in a folder that only others may write.
std::filesystem::path scratch_folder(const std::filesystem::path& model) {
    const auto folder = model.has_parent_path() ? model.parent_path() : ".";
    if (::access(folder.c_str(), W_OK) == 0) return folder;
    std::error_code none;
    const auto temporary = std::filesystem::temp_directory_path(none);
    return none ? folder : temporary;
}

Corpus read_corpus(const EvaluateOptions& options, const std::filesystem::path& path,
                   const LoadedModel& loaded, Screen& screen) {
    CorpusConfig config;
    config.text = loaded.snapshot.text;
    config.decoding = loaded.snapshot.decoding;
    config.scratch_folder = scratch_folder(path);
    config.vocabulary = loaded.tokenizer.vocabulary();
    if (options.encoding) config.decoding.encoding = *options.encoding;
    if (options.invalid) config.decoding.invalid = *options.invalid;
    const auto documents = find_documents(options.corpus, config.scratch_folder);
    for (const auto& note : documents.notes) screen.warning(note);
    return {documents, config};
}

// The training and validation parts are those of the model's own corpus, cut as its training cut
// it.
CorpusPart find_part(const EvaluateOptions& options, const CorpusRecord& record,
                     const Corpus& corpus) {
    if (options.part == Part::all) return corpus.whole();
    const bool validation = options.part == Part::validation;
    const bool from_file = validation && record.validation;
    const auto& wanted = from_file ? record.validation->fingerprint : record.fingerprint;
    if (corpus.fingerprint() != wanted) {
        throw UsageError(fmt::format(
            "--part {} is cut from the text that the model was trained with, {}, and the text "
            "named "
            "here is another one: its fingerprint is {}, not {}. Name that text, or leave --part "
            "out to evaluate the whole of this one.",
            format_value(options.part),
            shown_paths(from_file ? std::vector{record.validation->path} : record.paths),
            to_hex(corpus.fingerprint()), to_hex(wanted)));
    }
    if (from_file) return corpus.whole();
    const auto [training, held_out] = corpus.split(record.validation_fraction);
    if (validation && held_out.characters == 0) {
        throw UsageError(
            "The model was trained on the whole text: there is no validation part. Use --part all "
            "or --part train.");
    }
    return validation ? held_out : training;
}

std::string to_json(const EvaluateOptions& options, const std::filesystem::path& path,
                    Precision precision, const Metrics& metrics) {
    const double confusion = perplexity(metrics);
    Json json{{"nats_per_character", nats_per_character(metrics)},
              {"bits_per_character", bits_per_character(metrics)},
              {"bits_per_byte", bits_per_byte(metrics)},
              {"perplexity", std::isfinite(confusion) ? Json(confusion) : Json()},
              {"characters", metrics.characters},
              {"bytes", metrics.bytes},
              {"protocol", format_value(options.protocol)},
              {"window", options.protocol == Protocol::windows ? Json(options.window) : Json()},
              {"part", format_value(options.part)},
              {"precision", format_value(precision)},
              {"model", path.string()},
              {"corpus", options.corpus}};
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string to_table(const EvaluateOptions& options, const Metrics& metrics) {
    Table table;
    table.add("nats per character", fmt::format("{:.4f}", nats_per_character(metrics)));
    table.add("bits per character", fmt::format("{:.4f}", bits_per_character(metrics)));
    table.add("bits per byte", fmt::format("{:.4f}", bits_per_byte(metrics)));
    table.add("perplexity", fmt::format("{:.4g}", perplexity(metrics)));
    table.add("characters", format_count(metrics.characters));
    table.add("part", format_value(options.part));
    table.add("protocol", options.protocol == Protocol::windows
                              ? fmt::format("windows of {} characters", options.window)
                              : "stream");
    return table.text();
}

}  // namespace

int evaluate(const EvaluateOptions& options, const GlobalOptions& global) {
    Screen screen(global.quiet);
    const auto path = options.model ? *options.model : default_model();
    if (!options.model) screen.line(fmt::format("Model: {}", shown_path(path)));
    const LoadedModel loaded = load_model(path);
    const Corpus corpus = read_corpus(options, path, loaded, screen);
    const CorpusPart part = find_part(options, loaded.snapshot.corpus, corpus);
    const bool stream = options.protocol == Protocol::stream;
    ThreadPool pool(
        threads_for(loaded.model, stream ? 1 : k_windows_side_by_side, options.threads));
    const Precision precision = options.precision.value_or(loaded.snapshot.precision);
    const Metrics metrics =
        stream ? evaluate_stream(loaded.model, corpus, part, pool, precision)
               : evaluate_windows(loaded.model, corpus, part, options.window, pool, precision);
    try {
        Output().write(options.json ? to_json(options, path, precision, metrics)
                                    : to_table(options, metrics));
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    return 0;
}

}  // namespace carousel
