#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "app/output_files.hpp"
#include "base/error.hpp"
#include "base/shell_word.hpp"
#include "base/shown_path.hpp"
#include "cli/command_options.hpp"
#include "cli/option_rows.hpp"
#include "text/printable.hpp"

// Commands whose words are files: models to inspect, change and average, texts to compress, fill
// and correct.

namespace carousel {

namespace {

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

constexpr WholeRange k_filling_range{1, k_longest_filling};

/// "8" or "4:12". Throws: UsageError.
LengthRange parse_length_range(std::string_view name, const std::string& word) {
    const auto colon = word.find(':');
    const auto number = [&](const std::string& part) {
        return static_cast<std::size_t>(parse_whole(name, part, k_filling_range));
    };
    if (colon == std::string::npos) return {number(word), number(word)};
    const LengthRange range{number(word.substr(0, colon)), number(word.substr(colon + 1))};
    if (range.shortest <= range.longest) return range;
    throw UsageError(fmt::format("--{} {}: the shortest length comes first, as in {}:{}.", name,
                                 word, range.longest, range.shortest));
}

void take_file(const char* command, std::filesystem::path& file, std::vector<std::string> words) {
    if (words.size() != 1) {
        throw UsageError(fmt::format("{} takes one FILE; {} were given.", command, words.size()));
    }
    file = words.front();
}

}  // namespace

OptionTable option_table(InspectOptions& o, GlobalOptions& global) {
    OptionTable table(
        "inspect FILE [OPTION...]",
        "Tells what a model file is: its corpus, alphabet, architecture and training; or what its "
        "units do on a text.");
    table.heading("What its units do");
    table.add("activations", text(o.activations, "TEXT|-"),
              "look at the gates and the memory of every unit while the model reads this file");
    table.add("unknown", choice(o.looking.unknown),
              "what is done with characters of it that the model never saw",
              std::string(format_value(o.looking.unknown)));
    add_decoding_of_model(table, o.looking.decoding, "as the model's corpus was read");
    table.add("precision", choice(o.looking.precision), "numbers to compute with",
              "as the model is stored");
    add_threads(table, o.looking.threads, "by the size of the model");
    table.heading("Output");
    add_json(table, o.json);
    table.add("html", text(o.looking.html, "PAGE.html"),
              "with --activations: a page with the text in the colours of any unit");
    add_common(table, global);
    return table;
}

OptionTable option_table(ModelsOptions& o, GlobalOptions& global) {
    OptionTable table("models [OPTION...]",
                      "Lists the models that --model and --from take by name: those trained under "
                      "models/ in this folder, then those that come with Carousel.");
    table.heading("Output");
    table.add("json", flag(o.json), "a list of JSON objects");
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

OptionTable option_table(FillOptions& o, GlobalOptions& global) {
    OptionTable table("fill FILE [OPTION...]",
                      "Writes a text with its gaps filled so that both sides fit, by a model that "
                      "was trained with --direction both.");
    table.heading("What is missing");
    table.add("mark",
              {"TEXT", "",
               [&o](std::string_view name, const std::string& word) {
                   require_text(name, word);
                   o.mark = unescape(word);
               }},
              "stands in the text where something is missing", o.mark);
    table.add("length",
              {"N|MIN:MAX", format_range(k_filling_range),
               [&o](std::string_view name, const std::string& word) {
                   o.length = parse_length_range(name, word);
               }},
              "characters that are missing in each place",
              fmt::format("{}:{}", o.length.shortest, o.length.longest));
    table.add("choices", text(o.choices, "FILE|-"),
              "only what stands in a line of this file may be missing");
    table.exclude({"length", "choices"});
    table.heading("How");
    add_model(table, o.model);
    table.add("unknown", choice(o.unknown),
              "what is done with characters that the model never saw; they stay in the text",
              std::string(format_value(o.unknown)));
    add_decoding_of_model(table, o.decoding, "as the model's corpus was read");
    add_threads(table, o.threads, "by the size of the model");
    table.heading("Output");
    table.add("count", whole(o.count, {1, 1'000'000}),
              "alternatives that are told for each gap, in place of the text",
              format_value(o.count));
    add_json(table, o.json);
    add_common(table, global);
    return table;
}

OptionTable option_table(CorrectOptions& o, GlobalOptions& global) {
    OptionTable table("correct FILE [OPTION...]",
                      "Finds slips of single characters in a text, where a model trained with "
                      "--direction both finds it likelier from both sides without them.");
    table.heading("How");
    add_model(table, o.model);
    table.add("threshold", real(o.threshold, {0, 1}), "how sure a correction must be",
              format_value(o.threshold));
    table.add("unknown", choice(o.unknown),
              "what is done with characters that the model never saw; they stay in the text",
              std::string(format_value(o.unknown)));
    add_decoding_of_model(table, o.decoding, "as the model's corpus was read");
    add_threads(table, o.threads, "by the size of the model");
    table.heading("Output");
    table.add("output", text(o.output, "FILE|-"), "write the corrected text; what is there stays");
    add_json(table, o.json);
    add_common(table, global);
    return table;
}

void finish_options(InspectOptions& o, std::vector<std::string> words) {
    take_file("inspect", o.file, std::move(words));
    require_named_file("html", o.looking.html);
    const auto& looking = o.looking;
    const bool given = looking.html || looking.precision || looking.threads ||
                       looking.unknown != UnknownCharacters::error ||
                       looking.decoding[&DecodingSettings::encoding] ||
                       looking.decoding[&DecodingSettings::invalid];
    if (given && !o.activations) {
        throw UsageError(
            "--html, --unknown, --encoding, --invalid, --precision and --threads are for a text: "
            "name one with --activations.");
    }
    if (o.activations) o.looking.text = *o.activations;
}

void finish_options(ModelsOptions&, std::vector<std::string> words) {
    if (words.empty()) return;
    throw UsageError(
        fmt::format("models takes options only, not the word \"{}\". To look at one: "
                    "`carousel inspect {}`.",
                    printable(words.front(), Whitespace::escape), shell_word(words.front())));
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

void finish_options(FillOptions& o, std::vector<std::string> words) {
    take_file("fill", o.file, std::move(words));
    if (o.choices == o.file && o.file == "-")
        throw UsageError("The text and --choices cannot both be standard input.");
}

void finish_options(CorrectOptions& o, std::vector<std::string> words) {
    take_file("correct", o.file, std::move(words));
    if (o.json && o.output && *o.output == "-")
        throw UsageError(
            "--json and --output - would both be standard output; the object has "
            "the corrected text, too.");
}

}  // namespace carousel
