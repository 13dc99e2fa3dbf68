#include "cli/evaluate.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/evaluation_page.hpp"
#include "app/evaluation_report.hpp"
#include "app/loaded_model.hpp"
#include "app/page_parts.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "cli/adapted_model.hpp"
#include "cli/model_text.hpp"
#include "cli/option_values.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/surprisal_files.hpp"
#include "data/corpus.hpp"
#include "evaluation/adaptive_evaluator.hpp"
#include "evaluation/baseline.hpp"
#include "evaluation/evaluator.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

using OutputPath = std::optional<fs::path>;

void require_different(const char* option, const OutputPath& path, const char* other,
                       const OutputPath& other_path) {
    if (!path || !other_path || *path == "-" || !is_same_file(*path, *other_path)) return;
    throw UsageError(fmt::format("--{} and --{} would both write {}. Name two files.", option,
                                 other, shown_path(*path)));
}

// Before anything long is begun.
void require_output_files(const EvaluationRequest& options, const fs::path& model) {
    std::vector<fs::path> read(options.corpus.begin(), options.corpus.end());
    read.push_back(model);
    if (options.per_character) require_output_file("per-character", *options.per_character, read);
    if (options.per_line) require_output_file("per-line", *options.per_line, read);
    if (options.html) require_output_file("html", *options.html, read);
    require_different("per-character", options.per_character, "per-line", options.per_line);
    require_different("per-character", options.per_character, "html", options.html);
    require_different("per-line", options.per_line, "html", options.html);
}

// The training and validation parts are those of the model's own corpus, cut as its training cut
// it.
CorpusPart find_part(const EvaluationRequest& options, const CorpusRecord& record,
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

// The share of a part that the model learned from.
double learned_share(Part part, const CorpusRecord& record, const Corpus& corpus) {
    if (part == Part::validation || corpus.fingerprint() != record.fingerprint) return 0;
    if (part == Part::train) return 1;
    const auto training = corpus.split(record.validation_fraction).training;
    return static_cast<double>(training.characters) / static_cast<double>(corpus.characters());
}

/// Hands each character on, and shows how many of the part have been read.
SurprisalVisitor with_progress(std::string what, const CorpusPart& part, Screen& screen,
                               SurprisalVisitor visitor) {
    return [what = std::move(what), all = static_cast<double>(part.characters), &screen,
            visitor = std::move(visitor), done = 0.0](const CharacterSurprisal& character) mutable {
        if (visitor) visitor(character);
        ++done;
        if (!screen.wants_live()) return;
        screen.live(fmt::format("{}: {:.0f} %", what, 100 * done / all));
    };
}

/// The model's own measurements, the one that was asked for first. `visitor` sees the characters of
/// that one.
std::vector<Measurement> measure(const EvaluationRequest& options, const LanguageModel& model,
                                 const Corpus& corpus, const CorpusPart& part, Precision precision,
                                 Screen& screen, const SurprisalVisitor& visitor) {
    std::vector<Measurement> measurements;
    const auto visit = [&](const std::string& what) {
        return with_progress(what, part, screen,
                             measurements.empty() ? visitor : SurprisalVisitor{});
    };
    if (options.adapt) {
        ThreadPool pool(threads_to_adapt(model, options.threads));
        DynamicEvaluation reader(model, pool, adaptation_config(options.adaptation));
        Measurement stream{.name = "stream", .label = "stream, adaptive", .adaptive = true};
        stream.metrics = evaluate_adaptively(reader, corpus, part, visit("reading and learning"));
        measurements.push_back(stream);
    }
    if (options.protocol != Protocol::windows) {
        ThreadPool pool(threads_for(model, 1, options.threads));
        Measurement stream{.name = "stream", .label = "stream"};
        stream.metrics =
            evaluate_stream(model, corpus, part, pool, precision, visit("reading as one stream"));
        measurements.push_back(stream);
    }
    // Where both are welcome, a text that is shorter than a window has none.
    const bool fits = part.characters > static_cast<std::uint64_t>(options.window);
    if (options.protocol == Protocol::both && !fits) {
        screen.line(fmt::format(
            "A window of {} characters does not fit into this text: there is no row for it.",
            options.window));
    }
    if (options.protocol == Protocol::windows || (options.protocol == Protocol::both && fits)) {
        ThreadPool pool(threads_for(model, k_windows_side_by_side, options.threads));
        Measurement windows{.name = "windows",
                            .label = fmt::format("windows of {}", options.window),
                            .window = options.window};
        windows.metrics = evaluate_windows(model, corpus, part, options.window, pool, precision,
                                           visit("reading in " + windows.label));
        measurements.push_back(windows);
    }
    return measurements;
}

/// Shows each character to those who want it.
SurprisalVisitor visitor_of(SurprisalFiles& files, EvaluationPage* page) {
    auto lists = files.visitor();
    if (page == nullptr) return lists;
    return [lists = std::move(lists), page](const CharacterSurprisal& character) {
        if (lists) lists(character);
        page->add(character);
    };
}

void add_baseline(const Corpus& corpus, const CorpusPart& part, const ModelText::Training& training,
                  int order, EvaluationReport& report) {
    const auto baseline = evaluate_baseline(training.own ? *training.own : corpus, training.part,
                                            corpus, part, order);
    Measurement ngram{.name = "ngram", .label = fmt::format("{}-gram", order), .order = order};
    ngram.metrics = baseline.fixed;
    report.measurements.push_back(ngram);
    ngram.adaptive = true;
    ngram.label += ", adaptive";
    ngram.metrics = baseline.adaptive;
    report.measurements.push_back(ngram);
    report.baseline_symbols = baseline.symbols;
}

}  // namespace

int evaluate(const EvaluationRequest& options, const GlobalOptions& global) {
    Screen screen(global.quiet);
    const auto path = options.model ? *options.model : default_model();
    if (!options.model) screen.line(fmt::format("Model: {}", shown_path(path)));
    require_output_files(options, path);
    const LoadedModel loaded = load_model(path);
    const ModelText text(loaded, scratch_folder_for(path), screen);
    const Corpus corpus =
        text.read(options.corpus, decoding_of(loaded, options.encoding, options.invalid));
    const CorpusPart part = find_part(options, loaded.snapshot.corpus, corpus);
    std::optional<ModelText::Training> training;
    if (options.baseline) training.emplace(text.find_training(corpus, "--baseline"));

    EvaluationReport report{.model = path,
                            .corpus = options.corpus,
                            .part = options.part,
                            .precision = options.precision.value_or(
                                options.adapt ? Precision::float32 : loaded.snapshot.precision)};
    report.learned = learned_share(options.part, loaded.snapshot.corpus, corpus);
    if (options.adapt) report.adaptation = adaptation_config(options.adaptation);
    SurprisalFiles files({options.per_character, options.per_line}, corpus, text.scratch_folder());
    std::optional<EvaluationPage> page;
    if (options.html) page.emplace(corpus);
    report.measurements = measure(options, loaded.model, corpus, part, report.precision, screen,
                                  visitor_of(files, page ? &*page : nullptr));
    if (training) {
        screen.clear();
        screen.live("counting what follows what in the training part");
        add_baseline(corpus, part, *training, options.baseline_order.value_or(k_baseline_order),
                     report);
    }
    screen.clear();
    try {
        Output output;
        files.save(output);
        const auto result = options.json ? evaluation_json(report) : evaluation_table(report);
        if (files.fill_output()) {
            screen.line(std::string_view(result).substr(0, result.size() - 1));
        } else {
            output.write(result);
        }
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    if (page) write_page(*options.html, page->html(report, loaded));
    return 0;
}

}  // namespace carousel
