#include "cli/command_options.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "app/output_files.hpp"
#include "app/request_checks.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/shell_word.hpp"
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
    o.prompt = fmt::format("{}", fmt::join(words, " "));
}

// The ending of the output is that of the format.
void require_format(const ExportOptions& o) {
    const bool safetensors = o.format == ExportFormat::safetensors;
    if (safetensors && o.precision == Precision::int8)
        throw UsageError("--format safetensors writes float32; --precision int8 contradicts it.");
    const bool named_so = o.output && o.output->extension() == ".safetensors";
    if (safetensors && o.output && !named_so)
        throw UsageError("--format safetensors writes a FILE.safetensors: name one with --output.");
    if (!safetensors && named_so)
        throw UsageError(fmt::format("--output {}: --format safetensors writes such a file.",
                                     shown_path(*o.output)));
    if (!safetensors) require_named_file("output", o.output);
}

void take_file(const char* command, std::filesystem::path& file, std::vector<std::string> words) {
    if (words.size() != 1) {
        throw UsageError(fmt::format("{} takes one FILE; {} were given.", command, words.size()));
    }
    file = words.front();
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
    table.add(
        "mix",
        {"A=X,B=Y", "",
         [&o](std::string_view name, const std::string& word) { o.mix = parse_mix(name, word); }},
        "models of one alphabet that write together, with the shares of their probabilities");
    table.exclude({"model", "mix"});
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

OptionTable option_table(InspectOptions& o, GlobalOptions& global) {
    OptionTable table(
        "inspect FILE [OPTION...]",
        "Tells what a model file is: its corpus, alphabet, architecture and training.");
    table.heading("Output");
    add_json(table, o.json);
    add_common(table, global);
    return table;
}

OptionTable option_table(ExportOptions& o, GlobalOptions& global) {
    OptionTable table("export [FILE] [OPTION...]",
                      "Writes a model without its training state, its weights in 32 or in 8 bits, "
                      "as PyTorch has them, or as a page that writes in any browser.");
    table.heading("Output");
    table.add("format", choice(o.format),
              "safetensors is what PyTorch and others read: docs/interoperate.md",
              std::string(format_value(o.format)));
    table.add("precision", choice(o.precision), "int8 is about a quarter of the size", "float32");
    table.add("output", text(o.output, "FILE"), "where the model goes",
              "NAME.int8.carousel, NAME.float32.carousel or NAME.safetensors beside FILE");
    table.add("html", text(o.html, "PAGE.html"),
              "one page with the model in it that writes, without a FILE that of the newest model");
    table.exclude({"html", "output"});
    table.exclude({"html", "format"});
    add_common(table, global);
    return table;
}

OptionTable option_table(ImportRequest& o, GlobalOptions& global) {
    OptionTable table("import FILE.safetensors [OPTION...]",
                      "Makes a model of weights in PyTorch's layout: those that export wrote, or "
                      "those of an embedding, an LSTM, GRU or RNN and a linear layer of yours.");
    table.heading("Names in the file");
    table.add("embedding", text(o.names.embedding, "NAME"), "the nn.Embedding", o.names.embedding);
    table.add("rnn", text(o.names.rnn, "NAME"),
              "the nn.LSTM, nn.GRU or nn.RNN; with {} in it one of each layer", o.names.rnn);
    table.add("output-layer", text(o.names.output, "NAME"), "the nn.Linear", o.names.output);
    table.add("ignore-others", flag(o.ignore_others), "leave out what belongs to none of these");
    table.heading("Alphabet, where the file tells none");
    table.add("alphabet", text(o.alphabet.alphabet, "TEXT"),
              "the characters in the order of their numbers");
    table.add("vocabulary", text(o.alphabet.vocabulary, "FILE.json"),
              "the same as a list, or as an object of characters and numbers");
    table.add("text", text(o.alphabet.text, "FILE"),
              "the sorted characters of this text, sorted(set(text)) in Python");
    table.add("separator", text(o.alphabet.separator, "NAME"),
              "the symbol that stands between documents");
    table.add("start", text(o.alphabet.start, "CHARACTER"),
              "what is read first where there is none", "a newline or blank");
    table.exclude({"alphabet", "vocabulary", "text"});
    table.exclude({"separator", "start"});
    table.heading("Output");
    table.add("output", text(o.output, "FILE.carousel"), "where the model goes",
              "NAME.carousel beside FILE");
    add_common(table, global);
    return table;
}

OptionTable option_table(AverageRequest& o, GlobalOptions& global) {
    OptionTable table(
        "average FILE FILE... [OPTION...]",
        "Writes the mean of models of one alphabet and shape, such as the snapshots of "
        "a run, or models tuned from one.");
    table.heading("Output");
    table.add("output", text(o.output, "FILE.carousel"), "where the model goes",
              "NAME.average.carousel beside the first FILE");
    add_common(table, global);
    return table;
}

OptionTable option_table(CompressOptions& o, GlobalOptions& global) {
    OptionTable table(
        "compress FILE [OPTION...]",
        "Writes a text in fewer bytes, by what a model foresees of it; any file, and - "
        "(standard input), comes out of decompress as it was.");
    table.heading("How");
    table.add("model", text(o.model, "FILE.carousel"),
              "a model of such texts, which decompress needs, too");
    table.add("fast", flag(o.fast),
              "the net does not learn while it reads: a few times as fast, and less small");
    add_threads(table, o.threads, "by the size of the model");
    table.heading("Output");
    table.add("output", text(o.output, "FILE|-"), "where it goes",
              fmt::format("FILE{}; of standard input, standard output", k_compressed_ending));
    add_common(table, global);
    return table;
}

OptionTable option_table(DecompressOptions& o, GlobalOptions& global) {
    OptionTable table("decompress FILE [OPTION...]",
                      "Writes the text again that compress made smaller, with the same model.");
    table.heading("How");
    table.add("model", text(o.model, "FILE.carousel"), "the model by which it was compressed");
    add_threads(table, o.threads, "by the size of the model");
    table.heading("Output");
    table.add(
        "output", text(o.output, "FILE|-"), "where the text goes; what is there stays",
        fmt::format("FILE without {}; of standard input, standard output", k_compressed_ending));
    add_common(table, global);
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

void finish_options(InspectOptions& o, std::vector<std::string> words) {
    take_file("inspect", o.file, std::move(words));
}

void finish_options(ExportOptions& o, std::vector<std::string> words) {
    if (words.size() > 1 || (words.empty() && !o.html)) {
        throw UsageError(fmt::format("export takes one FILE; {} were given.", words.size()));
    }
    require_format(o);
    require_named_file("html", o.html);
    if (o.html && (o.output || o.precision || o.format != ExportFormat::carousel)) {
        throw UsageError(
            "--html writes a page; --output, --precision and --format are of model files.");
    }
    if (!words.empty()) o.file = words.front();
}

void finish_options(ImportRequest& o, std::vector<std::string> words) {
    if (words.size() != 1) {
        throw UsageError(
            fmt::format("import takes one FILE.safetensors; {} were given.", words.size()));
    }
    require_named_file("output", o.output);
    if (o.alphabet.alphabet) o.alphabet.alphabet = unescape(*o.alphabet.alphabet);
    if (o.alphabet.start) o.alphabet.start = unescape(*o.alphabet.start);
    o.file = words.front();
}

void finish_options(AverageRequest& o, std::vector<std::string> words) {
    require_named_file("output", o.output);
    o.files.assign(words.begin(), words.end());
}

void finish_options(CompressOptions& o, std::vector<std::string> words) {
    take_file("compress", o.file, std::move(words));
}

void finish_options(DecompressOptions& o, std::vector<std::string> words) {
    take_file("decompress", o.file, std::move(words));
}

void finish_options(BenchmarkOptions&, std::vector<std::string> words) {
    refuse_words("benchmark", words);
}

}  // namespace carousel
