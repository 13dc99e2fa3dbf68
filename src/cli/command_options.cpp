#include "cli/command_options.hpp"

#include <fmt/format.h>

#include <utility>

#include "adaptation/dynamic_evaluation.hpp"
#include "base/error.hpp"
#include "cli/option_rows.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

void add_adaptation(OptionTable& table, AdaptationRequest& o) {
    const AdaptationConfig preset;
    table.add("adapt-learning-rate", real(o.learning_rate, {0, 10}),
              "how fast the model learns while it reads; 0 = not at all",
              shown(preset.learning_rate));
    table.add("adapt-decay", real(o.decay, {0, 1000}),
              "how strongly its weights are pulled back to those of the file", shown(preset.decay));
    table.add("adapt-segment", whole(o.segment, k_segments),
              "symbols that are predicted before the model learns from them",
              shown(preset.segment));
}

void require_adapt(bool adapt, const AdaptationRequest& o) {
    if (adapt || !o.given()) return;
    throw UsageError(
        "--adapt-learning-rate, --adapt-decay and --adapt-segment have a meaning only with "
        "--adapt.");
}

void refuse_words(const char* command, const std::vector<std::string>& words) {
    if (words.empty()) return;
    throw UsageError(fmt::format("{} takes options only, not the word \"{}\".", command,
                                 printable(words.front(), Whitespace::escape)));
}

}  // namespace

OptionTable option_table(GenerateOptions& o, GlobalOptions& global) {
    OptionTable table("generate [OPTION...]", "Writes text with a trained model.");
    table.heading("What to write");
    table.add("model", text(o.model, "FILE"), "a trained model",
              "the newest under models/, else one under models/ready/");
    // An empty prompt is none: scripts may pass one on.
    table.add("prompt",
              {"TEXT", "", [&o](std::string_view, const std::string& word) { o.prompt = word; }},
              "how the text begins; \\n, \\t and \\u00e9 are understood");
    table.add("prompt-file", text(o.prompt_file, "FILE|-"),
              "the same from a file or standard input, taken as it is");
    table.add("unknown", choice(o.unknown),
              "what is done with characters of a prompt or of --adapt that the model never saw",
              std::string(format_value(o.unknown)));
    add_decoding(table, o, "of files: as the model's corpus was read", "as for the model's corpus");
    table.add("length", whole(o.length, {}),
              "characters to write after the prompt; 0 = until stopped", shown(o.length));
    table.add("stop", text(o.stop, "TEXT"), "end before this text comes");
    table.add("count", whole(o.count, {1, 100'000}), "samples, written as one batch",
              shown(o.count));
    table.exclude({"prompt", "prompt-file"});

    table.heading("What to learn first");
    table.add("adapt", text(o.adapt, "FILE|-"),
              "learn from this text before writing; the model on disk stays as it is");
    add_adaptation(table, o.adaptation);

    table.heading("How to choose a character");
    table.add("temperature", real(o.sampler.temperature, {0, 100}),
              "0 = always the most likely character", shown(o.sampler.temperature));
    table.add("top-k", whole(o.sampler.top_k, {1, 2'000'000}), "one of the N most likely", "all");
    table.add("top-p", real(o.sampler.top_p, {.low = 0, .high = 1, .without_low = true}),
              "one of the fewest that together are this likely", shown(o.sampler.top_p));
    table.add("min-p", real(o.sampler.min_p, k_below_one),
              "one of those at least this likely, compared with the most likely",
              shown(o.sampler.min_p));
    table.add("seed", whole(o.seed, {}), "same seed, same text",
              "random, printed on standard error");
    table.add("precision", choice(o.precision), "numbers to compute with; int8 is faster",
              "as the model is stored");
    add_threads(table, o, "by the size of model and batch");

    table.heading("Output");
    table.add("no-echo", flag(o.echo, false), "leave the prompt out");
    table.add("json", flag(o.json), "one JSON object");
    table.add("raw", flag(o.raw), "control characters as they are; any bytes from a byte model");
    add_common(table, global);
    return table;
}

OptionTable option_table(EvaluationRequest& o, GlobalOptions& global) {
    OptionTable table(
        "evaluate CORPUS... [OPTION...]",
        "Measures how well a model predicts a text: files, directories or - (standard input).");
    table.heading("What to measure");
    table.add("model", text(o.model, "FILE"), "a trained model",
              "the newest under models/, else one under models/ready/");
    table.add("part", choice(o.part), "part of the model's own corpus, or all of any text",
              std::string(format_value(o.part)));
    table.add("protocol", choice(o.protocol),
              "the text as one stream, in windows from an empty state, or both",
              std::string(format_value(o.protocol)));
    table.add("window", whole(o.window, {1, 1'000'000}), "characters of a window", shown(o.window));
    table.add("baseline", flag(o.baseline),
              "beside the model, an n-gram counted in the model's training part: as it is, and "
              "adaptive, learning while it reads");
    table.add("baseline-order", whole(o.baseline_order, {1, 12}), "symbols of an n-gram",
              shown(k_baseline_order));
    add_decoding(table, o, "as the model's corpus was read", "as for the model's corpus");

    table.heading("Learning while reading");
    table.add("adapt", flag(o.adapt),
              "besides, the text as one stream that a copy of the model learns from as soon as it "
              "has predicted it (dynamic evaluation)");
    add_adaptation(table, o.adaptation);

    table.heading("How");
    table.add("precision", choice(o.precision), "numbers to compute with",
              "as the model is stored; with --adapt float32");
    add_threads(table, o, "the physical cores at hand");

    table.heading("Output");
    table.add("json", flag(o.json), "one JSON object");
    table.add("per-character", text(o.per_character, "FILE|-"),
              "write each character with its surprisal, as tab-separated values");
    table.add("per-line", text(o.per_line, "FILE|-"),
              "write each line with its surprisal, the most surprising first");
    table.add("html", text(o.html, "FILE.html"),
              "a page with the text coloured by surprisal, curves, settings and samples");
    add_common(table, global);
    return table;
}

OptionTable option_table(InspectOptions& o, GlobalOptions& global) {
    OptionTable table(
        "inspect FILE [OPTION...]",
        "Tells what a model file is: its corpus, alphabet, architecture and training.");
    table.heading("Output");
    table.add("json", flag(o.json), "one JSON object");
    add_common(table, global);
    return table;
}

OptionTable option_table(ExportOptions& o, GlobalOptions& global) {
    OptionTable table("export FILE [OPTION...]",
                      "Writes a model without its training state, its weights in 32 or in 8 bits.");
    table.heading("Output");
    table.add("precision", choice(o.precision), "int8 is about a quarter of the size",
              std::string(format_value(o.precision)));
    table.add("output", text(o.output, "FILE.carousel"), "where the model goes",
              "NAME.int8.carousel or NAME.float32.carousel beside FILE");
    add_common(table, global);
    return table;
}

OptionTable option_table(BenchmarkOptions& o, GlobalOptions& global) {
    OptionTable table("benchmark [OPTION...]",
                      "Measures how fast this machine trains, writes and reads text, beside its "
                      "matrix product and its memory.");
    table.heading("What to measure");
    table.add("cell", choice(o.cell), "kind of recurrent cell", std::string(format_value(o.cell)));
    table.add("layers", whole(o.layers, {1, 16}), "recurrent layers", shown(o.layers));
    table.add("hidden-size", whole(o.hidden_size, k_sizes), "units of a layer",
              shown(o.hidden_size));
    table.add("batch-size", whole(o.batch_size, k_batches), "streams of text", shown(o.batch_size));
    table.add("window", whole(o.window, k_batches), "characters of a window", shown(o.window));
    table.add("vocabulary", whole(o.vocabulary, {2, 2'000'000}), "distinct symbols",
              shown(o.vocabulary));
    add_threads(table, o, "the physical cores at hand");
    table.heading("How");
    table.add("seconds", real(o.seconds, {1, 3600}), "about how long to measure", shown(o.seconds));
    table.add("json", flag(o.json), "one JSON object");
    add_common(table, global);
    return table;
}

void finish_options(GenerateOptions& o, std::vector<std::string> words) {
    if (!words.empty() && !o.prompt) {
        throw UsageError(
            fmt::format("generate takes options only; for a prompt write --prompt \"{}\".",
                        printable(words.front(), Whitespace::escape)));
    }
    refuse_words("generate", words);
    require_adapt(o.adapt.has_value(), o.adaptation);
    if (o.adapt == "-" && o.prompt_file == "-")
        throw UsageError("--adapt and --prompt-file cannot both be standard input (-).");
    if (o.length == 0 && !o.stop && (o.count > 1 || o.json)) {
        throw UsageError(fmt::format(
            "{} waits for whole samples, and with --length 0 they would not end: give a "
            "--length or a --stop.",
            o.json ? "--json" : "--count"));
    }
}

void finish_options(EvaluationRequest& o, std::vector<std::string> words) {
    if (words.empty()) {
        throw UsageError("evaluate needs a CORPUS: a file, a directory, or - for standard input.");
    }
    o.corpus = std::move(words);
    require_named_file("html", o.html);
    require_adapt(o.adapt, o.adaptation);
    if (o.adapt && o.protocol == Protocol::windows) {
        throw UsageError(
            "--adapt learns from the text as one stream; --protocol windows contradicts it. Use "
            "--protocol stream or both.");
    }
    if (o.adapt && o.precision == Precision::int8) {
        throw UsageError("--adapt learns in float32; --precision int8 contradicts it.");
    }
    if (o.baseline_order && !o.baseline) {
        throw UsageError("--baseline-order has a meaning only with --baseline.");
    }
    const bool characters = o.per_character == "-", lines = o.per_line == "-";
    if ((characters || lines) && (o.json || characters == lines)) {
        throw UsageError(fmt::format(
            "{} and {} would both write to standard output: give one of them a file.",
            characters ? "--per-character" : "--per-line", o.json ? "--json" : "--per-line"));
    }
}

void finish_options(InspectOptions& o, std::vector<std::string> words) {
    if (words.size() != 1) {
        throw UsageError(fmt::format("inspect takes one FILE; {} were given.", words.size()));
    }
    o.file = words.front();
}

void finish_options(ExportOptions& o, std::vector<std::string> words) {
    if (words.size() != 1) {
        throw UsageError(fmt::format("export takes one FILE; {} were given.", words.size()));
    }
    require_named_file("output", o.output);
    o.file = words.front();
}

void finish_options(BenchmarkOptions&, std::vector<std::string> words) {
    refuse_words("benchmark", words);
}

}  // namespace carousel
