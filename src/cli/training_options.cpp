#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "app/mix_share.hpp"
#include "app/output_files.hpp"
#include "app/request_checks.hpp"
#include "cli/command_options.hpp"
#include "cli/option_rows.hpp"
#include "planning/plan.hpp"

namespace carousel {

namespace {

constexpr int k_usual_steps = 2000;

/// What is used for a megabyte of text and so many steps.
const Plan& usual_plan() {
    static const Plan plan = [] {
        PlanRequest request;
        request.corpus.characters = request.corpus.tokens = 1'000'000;
        request.model.vocabulary_size = 65;
        return choose_plan_by_size(request, {LengthKind::steps, k_usual_steps});
    }();
    return plan;
}

bool is_any(std::string_view) {
    return true;
}

/// Of an architecture: what compared models may have in common, whatever their cells.
bool is_of_all_cells(std::string_view setting) {
    constexpr std::array<std::string_view, 5> k_own{"cell", "hidden-size", "embedding-size",
                                                    "heads", "direction"};
    return std::ranges::find(k_own, setting) == k_own.end();
}

/// A row for each setting of a Config that is an option and wanted; `usual` holds their defaults.
template <typename Config>
void add_settings(OptionTable& table, Given<Config>& given, const Config& usual,
                  bool (*wanted)(std::string_view) = is_any) {
    given.for_each([&](const auto& setting, auto& value) {
        if (!setting.is_option() || !wanted(setting.name)) return;
        std::string standard(setting.standard);
        if (standard.empty()) standard = format_value(usual.*setting.field);
        if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, std::optional<CellKind>>)
            standard += "; mlstm for programs and what looks like them";
        if (setting.planned && setting.standard.empty())
            standard = fmt::format("by text and length; {} for 1 MB and --steps {}", standard,
                                   k_usual_steps);
        add_setting(table, setting, value, std::move(standard));
    });
}

/// One of the three ways to bound a training.
OptionValue length(std::optional<TrainingLength>& target, LengthKind kind) {
    static constexpr WholeRange k_range{1, k_most_steps};
    return {"N", format_range(k_range),
            [&target, kind](std::string_view name, const std::string& word) {
                target = {.kind = kind,
                          .amount = static_cast<double>(parse_whole(name, word, k_range))};
            }};
}

void add_model_files(OptionTable& table, TrainingRequest& o) {
    table.add("model", text(o.model, "FILE.carousel"), "where the model goes",
              "models/NAME.carousel, after the first corpus");
    table.add("resume", flag(o.resume),
              "go on from the newest snapshot of --model exactly where it stopped");
    table.add("changed-corpus", flag(o.changed_corpus),
              "with --resume: accept a corpus that has changed");
    table.add("teacher",
              {"A,B", "",
               [&o](std::string_view name, const std::string& word) {
                   o.teachers = parse_models(name, word);
               }},
              "models of the same alphabet to learn from besides the text (distillation)");
    table.exclude({"resume", "from"});
    table.exclude({"resume", "preset"});
}

void add_origin(OptionTable& table, TrainingRequest& o) {
    table.add("from", text(o.from, "MODEL"),
              "start from another model's weights (fine-tune): new characters get new rows, known "
              "ones keep theirs");
}

void add_validation(OptionTable& table, TrainingRequest& o) {
    table.add("validation", text(o.validation, "FILE"),
              "a text to validate on, instead of a part of the corpus");
    table.add("validation-fraction", real(o.validation_fraction, {0, 0.9}),
              "the last part of the text, kept for validation; 0 = none, and the newest model is "
              "the best",
              "0.1");
    table.exclude({"validation", "validation-fraction"});
}

void add_text(OptionTable& table, TrainingRequest& o) {
    table.heading("Text");
    add_patterns(table, o.include, o.exclude);
    add_settings(table, o.decoding);
    add_setting(table, &TextSettings::newlines, o.text);
    add_setting(table, &TextSettings::unit, o.text);
    add_setting(table, &TextSettings::normalization, o.text);
    add_setting(table, &TextSettings::min_count, o.text);
}

void add_architecture(OptionTable& table, TrainingRequest& o) {
    table.heading("Model");
    table.add("preset", choice(o.preset),
              "layers, units, streams and window by name; options win over it",
              "none: text and time choose");
    table.exclude({"preset", "from"});
    add_settings(table, o.architecture, usual_plan().model);
}

void add_length(OptionTable& table, TrainingRequest& o) {
    auto& target = o.training[&TrainingConfig::length];
    table.heading("Length: at most one of these, counted from the first start");
    table.add("epochs", length(target, LengthKind::epochs), "passes over the training part");
    table.add("steps", length(target, LengthKind::steps), "updates of the weights");
    table.add("time",
              {"90s|10m|2h", "0.1s to 365d",
               [&target](std::string_view name, const std::string& word) {
                   target = {.kind = LengthKind::seconds, .amount = parse_seconds(name, word)};
               }},
              "wall time of the whole command", "10m; 2m for the embedded text");
    table.exclude({"epochs", "steps", "time"});
}

void add_learning(OptionTable& table, TrainingRequest& o) {
    table.heading("Learning");
    add_settings(table, o.training, usual_plan().training);
}

void add_run(OptionTable& table, TrainingRequest& o) {
    table.heading("The run");
    add_threads(table, o.threads, "the physical cores at hand");
    table.add("validate-every", whole(o.validate_every, {1, k_most_steps}),
              "steps between validations", "about twenty times in a run");
    table.add("sample-every", whole(o.sample_every, {0, k_most_steps}),
              "steps between samples; 0 = no samples", "a few times in a run");
    table.add("report", text(o.report, "FILE.html"),
              "a page with curves, settings and samples, written anew while it trains");
    table.add("save-every",
              {"N|TIME", "",
               [&o](std::string_view name, const std::string& word) {
                   o.save_every = parse_steps_or_time(name, word);
               }},
              "steps or time between saves", "1m");
    table.add("keep", whole(o.keep, {0, 1'000'000}),
              "keep the last N saves as NAME.step-12000.carousel too", "0");
}

}  // namespace

OptionTable option_table(TrainOptions& o, GlobalOptions& global) {
    OptionTable table(
        "train [CORPUS...] [OPTION...]",
        "Trains a model on files, directories (all text files in them) or - (standard input). With "
        "no CORPUS it learns the verses that are built in; with --resume, the corpus of the "
        "model.");
    table.heading("Files");
    add_model_files(table, o);
    add_origin(table, o);
    add_validation(table, o);
    add_text(table, o);
    add_architecture(table, o);
    add_length(table, o);
    add_learning(table, o);
    add_run(table, o);
    table.add("json", flag(o.json), "what happens, as JSON Lines on standard output");
    add_common(table, global);
    table.need({"time", "model", "resume", "from", "report", "threads"});
    return table;
}

OptionTable option_table(PlanOptions& o, GlobalOptions& global) {
    OptionTable table("plan [CORPUS...] [OPTION...]",
                      "Tells what train would do with the same words: settings, how much it would "
                      "read, the memory, the end, and the loss to be expected.");
    table.heading("Files");
    add_origin(table, o);
    add_validation(table, o);
    add_text(table, o);
    add_architecture(table, o);
    add_length(table, o);
    add_learning(table, o);
    table.heading("How");
    add_threads(table, o.threads, "the physical cores at hand");
    table.add("processes", whole(o.processes, {1, k_most_shards}),
              "how many would train together under mpirun, each on a machine as this one", "1");
    table.add("link", real(o.gigabits, {.low = 0.001, .high = 10000}),
              "gigabits a second between them", "10");
    add_json(table, o.json);
    add_common(table, global);
    table.need({"time", "steps", "preset", "cell", "threads", "json"});
    return table;
}

OptionTable option_table(CompareOptions& o, GlobalOptions& global) {
    OptionTable table("compare [CORPUS...] [OPTION...]",
                      "Trains models of several cells on one text, one after the other, and tells "
                      "what differs, in a table and on a page. The same command goes on where it "
                      "was interrupted; with more cells or seeds it adds them.");
    table.heading("What to compare");
    table.add("cells",
              {"A,B,...", "",
               [&o](std::string_view name, const std::string& words) {
                   o.cells = parse_cells(name, words);
               }},
              "cells, as --cell of train names them", "the usual ones, or those of the comparison");
    table.add("equal", choice(o.equal),
              "what the models have in common: so many parameters, or the time alone, for which "
              "each gets the sizes that suit its cell",
              "parameters");
    table.add("seeds", whole(o.seeds, {1, k_most_seeds}),
              "trainings of each cell, from whose spread is told what chance makes",
              "as many as there are, else 1");
    table.add("parameters", whole(o.parameters, {1'000, 1'000'000'000}),
              "of each model, to within a few per cent",
              "those of the lstm, or of the first cell, that a plan chooses");
    table.heading("Files");
    table.add("folder", text(o.folder, "FOLDER"), "where the models and what is found out go",
              "models/NAME-compared, after the first corpus");
    table.add("html", text(o.html, "FILE.html"), "the page", "comparison.html in the folder");
    add_validation(table, o);
    add_text(table, o);
    table.heading("Model");
    add_settings(table, o.architecture, usual_plan().model, is_of_all_cells);
    table.add("hidden-size",
              whole(o.architecture[&LanguageModelConfig::hidden_size],
                    setting_of(&LanguageModelConfig::hidden_size).range),
              "units of a layer of the lstm, or of the first cell; the others get as many "
              "parameters",
              "by text and length");
    add_length(table, o);
    add_learning(table, o);
    table.heading("How");
    add_threads(table, o.threads, "the physical cores at hand");
    table.add("validate-every", whole(o.validate_every, {1, k_most_steps}),
              "steps between validations", "about twenty times in a run");
    add_json(table, o.json);
    add_common(table, global);
    table.need({"cells", "time", "steps", "equal", "seeds", "folder", "json"});
    return table;
}

namespace {

void finish_request(TrainingRequest& o, std::vector<std::string> words) {
    o.corpus = std::move(words);
    require_named_file("model", o.model);
    require_named_file("report", o.report);
    require_consistent(o);
}

}  // namespace

void finish_options(TrainOptions& o, std::vector<std::string> words) {
    finish_request(o, std::move(words));
}

void finish_options(PlanOptions& o, std::vector<std::string> words) {
    finish_request(o, std::move(words));
}

void finish_options(CompareOptions& o, std::vector<std::string> words) {
    o.corpus = std::move(words);
    require_named_file("html", o.html);
    require_consistent(o);
}

}  // namespace carousel
