#include "cli/command_options.hpp"

#include <fmt/format.h>

#include <utility>

#include "adaptation/dynamic_evaluation.hpp"
#include "base/error.hpp"
#include "planning/plan.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

constexpr WholeRange k_sizes{1, 8192}, k_batches{1, 65536}, k_thread_counts{1, 256},
    k_steps{1, k_most_steps};
constexpr RealRange k_below_one{.low = 0, .high = 1, .without_high = true};

std::string shown(auto value) {
    return fmt::format("{}", value);
}

/// What is used for a megabyte of text where the length is not a time.
const Plan& usual_plan() {
    static const Plan plan = [] {
        PlanRequest request;
        request.corpus.characters = request.corpus.tokens = 1'000'000;
        request.model.vocabulary_size = 65;
        return choose_plan_by_size(request);
    }();
    return plan;
}

/// A default that a plan chooses.
std::string planned(auto value) {
    return fmt::format("by text and time; {} for 1 MB and --steps", value);
}

void add_common(OptionTable& table, GlobalOptions& global) {
    table.heading("Of every command");
    table.add("quiet", flag(global.quiet),
              "no progress on standard error, only warnings and errors");
    table.add("config", text(global.config, "FILE"),
              "options from a file of lines `name = value`; the command line wins");
    table.add("help", {"", "", [](std::string_view, const std::string&) {}}, "this list");
}

template <typename Options>
void add_decoding(OptionTable& table, Options& o, const char* encoding, const char* invalid) {
    table.add("encoding", text(o.encoding, "NAME"), "encoding of the text, any that ICU knows",
              encoding);
    table.add("invalid", choice(o.invalid), "what is done with bytes that are not valid in it",
              invalid);
}

template <typename Options>
void add_threads(OptionTable& table, Options& o, const char* preset) {
    table.add("threads", whole(o.threads, k_thread_counts),
              "threads that compute; no result depends on them", preset);
}

/// One of the three ways to bound a training.
OptionValue length(TrainOptions& o, LengthKind kind, const WholeRange& range) {
    return {"N", format_range(range),
            [&o, kind, range](std::string_view name, const std::string& word) {
                o.length = {.kind = kind,
                            .amount = static_cast<double>(parse_whole(name, word, range))};
            }};
}

void add_adaptation(OptionTable& table, AdaptationOptions& o) {
    const AdaptationConfig preset;
    table.add("adapt-learning-rate", real(o.learning_rate, {0, 10}),
              "how fast the model learns while it reads; 0 = not at all",
              shown(preset.learning_rate));
    table.add("adapt-decay", real(o.decay, {0, 1000}),
              "how strongly its weights are pulled back to those of the file", shown(preset.decay));
    table.add("adapt-segment", whole(o.segment, k_batches),
              "symbols that are predicted before the model learns from them",
              shown(preset.segment));
}

void require_adapt(bool adapt, const AdaptationOptions& o) {
    if (adapt || !o.given()) return;
    throw UsageError(
        "--adapt-learning-rate, --adapt-decay and --adapt-segment have a meaning only with "
        "--adapt.");
}

void add_model_files(OptionTable& table, TrainOptions& o) {
    table.add("model", text(o.model, "FILE.carousel"), "where the model goes",
              "models/NAME.carousel, after the first corpus");
    table.add("resume", flag(o.resume),
              "go on from the newest snapshot of --model exactly where it stopped");
    table.add("changed-corpus", flag(o.changed_corpus),
              "with --resume: accept a corpus that has changed");
    table.exclude({"resume", "from"});
    table.exclude({"resume", "preset"});
}

void add_start(OptionTable& table, TrainOptions& o) {
    table.add("from", text(o.from, "FILE"),
              "start from another model's weights (fine-tune): new characters get new rows, known "
              "ones keep "
              "theirs");
    table.add("validation", text(o.validation, "FILE"),
              "a text to validate on, instead of a part of the corpus");
    table.add("validation-fraction", real(o.validation_fraction, {0, 0.9}),
              "the last part of the text, kept for validation; 0 = none, and the newest model is "
              "the best",
              "0.1");
    table.exclude({"validation", "validation-fraction"});
}

void add_text(OptionTable& table, TrainOptions& o) {
    const TextSettings preset;
    table.heading("Text");
    add_decoding(table, o, "by byte-order mark, else UTF-8", "error");
    table.add("newlines", choice(o.newlines), "lf turns CR LF and CR into LF",
              std::string(format_value(preset.newlines)));
    table.add("unit", choice(o.unit), "what one character of the model is",
              std::string(format_value(preset.unit)));
    table.add("normalize", choice(o.normalization), "Unicode normalisation of corpus and prompts",
              std::string(format_value(preset.normalization)));
    table.add("min-count", whole(o.min_count, {1, 1'000'000'000}),
              "characters rarer than N are spelled in bytes; from 2 on every text can be read",
              shown(preset.min_count));
}

void add_model(OptionTable& table, TrainOptions& o) {
    const LanguageModelConfig preset;
    table.heading("Model");
    table.add("preset", choice(o.preset),
              "layers, units, streams and window by name; options win over it",
              "none: text and time choose");
    table.exclude({"preset", "from"});
    table.add("cell", choice(o.cell), "kind of recurrent cell",
              std::string(format_value(usual_plan().model.cell)));
    table.add("layers", whole(o.layers, {1, 16}), "recurrent layers",
              planned(usual_plan().model.layers));
    table.add("hidden-size", whole(o.hidden_size, k_sizes), "units of a layer",
              planned(usual_plan().model.hidden_size));
    table.add("embedding-size", whole(o.embedding_size, k_sizes),
              "numbers that stand for a character", "the hidden size");
    table.add("forget-bias", real(o.forget_bias, {-10, 10}), "first bias of the forget gates",
              shown(preset.forget_bias));
    table.add("output-input", choice(o.output_input),
              "what the output layer reads: the top layer, or the sum of all layers",
              std::string(format_value(usual_plan().model.output_input)));
}

void add_length(OptionTable& table, TrainOptions& o) {
    table.heading("Length: at most one of these, counted from the first start");
    table.add("epochs", length(o, LengthKind::epochs, k_steps), "passes over the training part");
    table.add("steps", length(o, LengthKind::steps, k_steps), "updates of the weights");
    table.add("time",
              {"90s|10m|2h", "0.1s to 365d",
               [&o](std::string_view name, const std::string& word) {
                   o.length = {.kind = LengthKind::seconds, .amount = parse_seconds(name, word)};
               }},
              "wall time of the whole command", "10m; 2m for the embedded text");
    table.exclude({"epochs", "steps", "time"});
}

void add_learning(OptionTable& table, TrainOptions& o) {
    const TrainingConfig preset;
    const auto& usual = usual_plan().training;
    table.heading("Learning");
    table.add("batch-size", whole(o.batch_size, k_batches), "streams of text read side by side",
              planned(usual.batch_size));
    table.add("window", whole(o.window, k_batches), "characters of truncated backpropagation",
              planned(usual.window));
    table.add("optimizer", choice(o.optimizer),
              "muon gives recurrent matrices orthogonal steps, adam treats all alike",
              std::string(format_value(preset.optimizer)));
    table.add("learning-rate", real(o.learning_rate, {.low = 0, .high = 10, .without_low = true}),
              "its peak; a third of it in fine-tuning", planned(usual.learning_rate));
    table.add("warmup", whole(o.warmup, {0, k_most_steps}), "steps until the peak",
              "60, or a tenth of a short run");
    table.add("schedule", choice(o.schedule), "how the learning rate falls after its peak",
              std::string(format_value(preset.schedule)));
    table.add("final-learning-rate", real(o.final_learning_rate, {0, 1}),
              "what is left of the peak at the end", "0.0333, a thirtieth");
    table.add("clip", real(o.clip, {0, 1000}), "bound on the global norm of the gradient; 0 = none",
              shown(preset.clip));
    table.add("beta1", real(o.beta1, k_below_one), "Adam's decay of the mean of gradients",
              shown(preset.beta1));
    table.add("beta2", real(o.beta2, k_below_one), "Adam's decay of the mean of their squares",
              shown(preset.beta2));
    table.add("momentum", real(o.momentum, k_below_one), "Muon's decay of the mean of gradients",
              shown(preset.momentum));
    table.add("weight-decay", real(o.weight_decay, {0, 10}), "decoupled weight decay of matrices",
              shown(preset.weight_decay));
    table.add("dropout-input", real(o.dropout_input, k_below_one),
              "share of characters whose rows are dropped", shown(preset.dropout_input));
    table.add("dropout-between", real(o.dropout_between, k_below_one),
              "share of units dropped between layers", planned(usual.dropout_between));
    table.add("dropout-output", real(o.dropout_output, k_below_one),
              "share of units dropped before the output", planned(usual.dropout_output));
    table.add("dropout-recurrent", real(o.dropout_recurrent, k_below_one),
              "share of the recurrent weights dropped (weight-drop)",
              planned(usual.dropout_recurrent));
    table.add("dropout-mask", choice(o.dropout_mask),
              "how long dropped units stay the same; weights always for a window",
              std::string(format_value(preset.dropout_mask)));
    table.add("average", real(o.average, k_below_one),
              "decay of a running mean of the weights, kept where it is better; 0 = none",
              shown(preset.average));
    table.add("reset-probability", real(o.reset_probability, {0, 1}),
              "chance that a stream forgets its state before a window",
              shown(preset.reset_probability));
    table.add("patience", whole(o.patience, {0, k_most_steps}),
              "end after N validations without a new best; 0 = never", shown(preset.patience));
    table.add("seed", whole(o.seed, {}), "decides every random draw", shown(preset.seed));
}

void add_run(OptionTable& table, TrainOptions& o) {
    table.heading("The run");
    add_threads(table, o, "the physical cores at hand");
    table.add("validate-every", whole(o.validate_every, k_steps), "steps between validations",
              "about twenty times in a run");
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

/// A page goes to a file that has a name.
void require_named_file(const char* option, const std::optional<std::filesystem::path>& file) {
    if (file != "-") return;
    throw UsageError(fmt::format("--{} needs the name of a file, not `-`.", option));
}

void refuse_words(const char* command, const std::vector<std::string>& words) {
    if (words.empty()) return;
    throw UsageError(fmt::format("{} takes options only, not the word \"{}\".", command,
                                 printable(words.front(), Whitespace::escape)));
}

}  // namespace

OptionTable option_table(TrainOptions& o, GlobalOptions& global) {
    OptionTable table(
        "train [CORPUS...] [OPTION...]",
        "Trains a model on files, directories (all text files in them) or - (standard input). With "
        "no "
        "CORPUS it learns the verses that are built in; with --resume, the corpus of the model.");
    table.heading("Files");
    add_model_files(table, o);
    add_start(table, o);
    add_text(table, o);
    add_model(table, o);
    add_length(table, o);
    add_learning(table, o);
    add_run(table, o);
    add_common(table, global);
    return table;
}

OptionTable option_table(PlanOptions& o, GlobalOptions& global) {
    OptionTable table("plan [CORPUS...] [OPTION...]",
                      "Tells what train would do with the same words: settings, how much it would "
                      "read, the memory, the end, and the loss to be expected.");
    table.heading("Files");
    add_start(table, o);
    add_text(table, o);
    add_model(table, o);
    add_length(table, o);
    add_learning(table, o);
    table.heading("How");
    add_threads(table, o, "the physical cores at hand");
    table.add("json", flag(o.json), "one JSON object");
    add_common(table, global);
    return table;
}

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

OptionTable option_table(EvaluateOptions& o, GlobalOptions& global) {
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

void finish_options(TrainOptions& o, std::vector<std::string> words) {
    o.corpus = std::move(words);
    require_named_file("report", o.report);
    if (o.changed_corpus && !o.resume)
        throw UsageError("--changed-corpus has a meaning only with --resume.");
    if (o.unit != Unit::byte) return;
    const std::pair<const char*, bool> contradictions[] = {
        {"--encoding", o.encoding.has_value()},
        {"--invalid", o.invalid.has_value()},
        {"--newlines lf", o.newlines == Newlines::lf},
        {"--normalize", o.normalization.value_or(Normalization::none) != Normalization::none},
        {"--min-count", o.min_count.value_or(1) != 1},
    };
    for (const auto& [name, given] : contradictions) {
        if (given)
            throw UsageError(
                fmt::format("--unit byte takes the raw bytes of files; {} contradicts it.", name));
    }
}

void finish_options(PlanOptions& o, std::vector<std::string> words) {
    finish_options(static_cast<TrainOptions&>(o), std::move(words));
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

void finish_options(EvaluateOptions& o, std::vector<std::string> words) {
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
    o.file = words.front();
}

void finish_options(BenchmarkOptions&, std::vector<std::string> words) {
    refuse_words("benchmark", words);
}

}  // namespace carousel
