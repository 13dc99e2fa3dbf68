#include "cli/command_options.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "app/output_files.hpp"
#include "app/request_checks.hpp"
#include "base/error.hpp"
#include "base/shell_word.hpp"
#include "base/shown_path.hpp"
#include "cli/option_rows.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

// The words that are no options are the prompt.
void take_prompt(GenerateOptions& o, const std::vector<std::string>& words) {
    if (words.empty()) return;
    const auto shown = printable(words.front(), Whitespace::escape);
    if (o.prompt || o.prompt_file) {
        throw UsageError(
            fmt::format("The word \"{}\" and {} would both be the prompt; give one of them.", shown,
                        o.prompt ? "--prompt" : "--prompt-file"));
    }
    if (std::filesystem::path(words.front()).extension() == ".carousel") {
        throw UsageError(
            fmt::format("{0} looks like a model: write --model {1}, or --prompt {1} "
                        "to have its name continued.",
                        shown, shell_word(words.front())));
    }
    // Elsewhere it is standard input, and what was piped in would be left unread.
    if (words.size() == 1 && words.front() == "-") {
        throw UsageError(
            "- may mean standard input or a dash: write --prompt-file -, or --prompt - for the dash.");
    }
    o.prompt = fmt::format("{}", fmt::join(words, " "));
}

void add_mix(OptionTable& table, std::vector<MixShare>& mix, const char* meaning) {
    table.add(
        "mix",
        {"A=X,B=Y", "",
         [&mix](std::string_view name, const std::string& word) { mix = parse_mix(name, word); }},
        meaning);
    table.exclude({"model", "mix"});
}

void refuse_words(const char* command, const std::vector<std::string>& words) {
    if (words.empty()) return;
    throw UsageError(fmt::format("{} takes options only, not the word \"{}\".", command,
                                 printable(words.front(), Whitespace::escape)));
}

}  // namespace

OptionTable option_table(GenerateOptions& o, GlobalOptions& global) {
    OptionTable table("generate [PROMPT...] [OPTION...]",
                      "Writes text with a trained model: what comes after the words of PROMPT.");
    table.heading("What to write");
    add_model(table, o.model);
    add_mix(table, o.mix,
            "models of one alphabet that write together, with the shares of their probabilities");
    // An empty prompt is none: scripts may pass one on.
    table.add("prompt",
              {"TEXT", "", [&o](std::string_view, const std::string& word) { o.prompt = word; }},
              "how the text begins; \\n, \\t and \\u00e9 are understood");
    table.add("prompt-file", text(o.prompt_file, "FILE|-"),
              "the same from a file or standard input, taken as it is");
    table.add("unknown", choice(o.unknown),
              "what is done with characters of a prompt or of --adapt that the model never saw",
              std::string(format_value(o.unknown)));
    add_decoding_of_model(table, o.decoding, "of files: as the model's corpus was read");
    table.add("length", whole(o.length, {}),
              "characters to write after the prompt; 0 = until stopped", format_value(o.length));
    table.add("documents", whole(o.documents, {}),
              "texts to write one after the other; 0 = as many as --length takes", "1");
    table.add("stop", text(o.stop, "TEXT"), "end before this text comes");
    table.add("count", whole(o.count, {1, 100'000}), "samples, written as one batch",
              format_value(o.count));
    table.exclude({"prompt", "prompt-file"});

    table.heading("What to learn first");
    table.add("adapt", text(o.adapt, "FILE|-"),
              "learn from this text before writing; the model on disk stays as it is");
    add_settings(table, o.adaptation);

    table.heading("How to choose a character");
    for_each_setting<SamplerConfig>([&](const auto& setting) {
        add_setting(table, setting, o.sampler.*setting.field, standard_of(setting));
    });
    table.add("seed", whole(o.seed, {}), "same seed, same text",
              "random, printed on standard error");
    table.add("precision", choice(o.precision), "numbers to compute with; int8 is faster",
              "as the model is stored");
    add_threads(table, o.threads, "by the size of model and batch");

    table.heading("Output");
    table.add("no-echo", flag(o.echo, false), "leave the prompt out");
    add_json(table, o.json);
    table.add("raw", flag(o.raw), "control characters as they are; any bytes from a byte model");
    add_common(table, global);
    table.need({"model", "prompt", "length", "temperature", "count", "seed"});
    return table;
}

OptionTable option_table(EvaluationRequest& o, GlobalOptions& global) {
    OptionTable table(
        "evaluate CORPUS... [OPTION...]",
        "Measures how well a model predicts a text: files, directories or - (standard input).");
    table.heading("What to measure");
    add_model(table, o.model);
    add_mix(table, o.mix,
            "models of one alphabet that predict together, with the shares of their probabilities");
    table.add("part", choice(o.part), "part of the model's own corpus, or all of any text",
              std::string(format_value(o.part)));
    table.add("protocol", choice(o.protocol),
              "the text as one stream, in windows from an empty state, or both",
              std::string(format_value(o.protocol)));
    table.add("window", whole(o.window, {1, 1'000'000}), "characters of a window",
              format_value(o.window));
    table.add("baseline", flag(o.baseline),
              "beside the model, an n-gram counted in the model's training part: as it is, and "
              "adaptive, learning while it reads");
    table.add("baseline-order", whole(o.baseline_order, {1, 12}), "symbols of an n-gram",
              format_value(k_baseline_order));
    add_patterns(table, o.include, o.exclude);
    add_decoding_of_model(table, o.decoding, "as the model's corpus was read");

    table.heading("Learning while reading");
    table.add("adapt", flag(o.adapt),
              "besides, the text as one stream that a copy of the model learns from as soon as it "
              "has predicted it (dynamic evaluation)");
    add_settings(table, o.adaptation);
    table.add(
        "mix-ngram", flag(o.mix_ngram),
        "the same stream predicted by the model, with --adapt as it learns, and an n-gram that "
        "learns, weighted by what each was worth so far");

    table.heading("How");
    table.add("precision", choice(o.precision), "numbers to compute with",
              "as the model is stored; with --adapt float32");
    add_threads(table, o.threads, "the physical cores at hand");

    table.heading("Output");
    add_json(table, o.json);
    table.add("per-character", text(o.per_character, "FILE|-"),
              "write each character with its surprisal, as tab-separated values");
    table.add("per-line", text(o.per_line, "FILE|-"),
              "write each line with its surprisal, the most surprising first");
    table.add("html", text(o.html, "FILE.html"),
              "a page with the text coloured by surprisal, curves, settings and samples");
    add_common(table, global);
    table.need({"model", "part", "html", "per-line", "adapt", "json"});
    return table;
}

OptionTable option_table(BenchmarkOptions& o, GlobalOptions& global) {
    OptionTable table("benchmark [OPTION...]",
                      "Measures how fast this machine trains, writes and reads text, beside its "
                      "matrix product and its memory.");
    table.heading("What to measure");
    const auto add = [&](auto field, auto& target) {
        const auto& setting = setting_of(field);
        add_setting(table, setting, target, std::string(format_value(target)));
    };
    add(&LanguageModelConfig::cell, o.cell);
    add(&LanguageModelConfig::layers, o.layers);
    add(&LanguageModelConfig::hidden_size, o.hidden_size);
    const auto& batch_size = setting_of(&TrainingConfig::batch_size);
    table.add("batch-size", whole(o.batch_size, batch_size.range), "streams of text",
              format_value(o.batch_size));
    const auto& window = setting_of(&TrainingConfig::window);
    table.add("window", whole(o.window, window.range), "characters of a window",
              format_value(o.window));
    table.add("vocabulary", whole(o.vocabulary, {2, 2'000'000}), "distinct symbols",
              format_value(o.vocabulary));
    table.add("precision", choice(o.precision), "bf16: training and products in bf16, besides",
              std::string(format_value(o.precision)));
    add_threads(table, o.threads, "the physical cores at hand");
    table.heading("How");
    table.add("seconds", real(o.seconds, {1, 3600}), "about how long to measure",
              format_value(o.seconds));
    add_json(table, o.json);
    add_common(table, global);
    return table;
}

void finish_options(GenerateOptions& o, std::vector<std::string> words) {
    take_prompt(o, words);
    if (o.prompt) o.prompt = unescape(*o.prompt);
    if (o.stop) o.stop = unescape(*o.stop);
    require_consistent(o);
}

void finish_options(EvaluationRequest& o, std::vector<std::string> words) {
    if (words.empty()) {
        throw UsageError("evaluate needs a CORPUS: a file, a directory, or - for standard input.");
    }
    o.corpus = std::move(words);
    require_named_file("html", o.html);
    require_consistent(o);
}

void finish_options(BenchmarkOptions&, std::vector<std::string> words) {
    refuse_words("benchmark", words);
}

}  // namespace carousel
