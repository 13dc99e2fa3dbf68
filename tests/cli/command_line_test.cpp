#include "cli/command_line.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <string_view>

#include "app/training_settings.hpp"
#include "base/error.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

CommandLine parse(const std::vector<std::string>& words) {
    std::vector<const char*> arguments{"carousel"};
    for (const auto& word : words) arguments.push_back(word.c_str());
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

template <typename Options>
Options parsed(const std::vector<std::string>& words) {
    return std::get<Options>(parse(words).command);
}

/// The message with which `words` are refused.
std::string refusal(const std::vector<std::string>& words) {
    try {
        parse(words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

std::string help(const std::vector<std::string>& words) {
    return parsed<HelpRequest>(words).text;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

const std::vector<std::string> k_commands{
    "train",     "compare",  "generate",   "evaluate", "inspect", "export", "import", "average",
    "benchmark", "compress", "decompress", "fill",     "correct", "lab",    "models"};

/// A command line with a configuration file in front.
class Config {
public:
    explicit Config(std::string_view text) {
        std::ofstream(folder_ / "a.conf", std::ios::binary) << text;
    }

    std::vector<std::string> with(std::vector<std::string> words) const {
        words.insert(words.begin() + 1, {"--config", (folder_ / "a.conf").string()});
        return words;
    }

private:
    TemporaryFolder folder_;
};

}  // namespace

TEST_SUITE("cli/command_line") {
    TEST_CASE("what is not given to train is absent") {
        const auto o = parsed<TrainOptions>({"train"});
        CHECK(o.corpus.empty());
        CHECK_FALSE(o.model);
        CHECK_FALSE(o.text[&TextSettings::unit]);
        CHECK_FALSE(o.architecture[&LanguageModelConfig::hidden_size]);
        CHECK_FALSE(o.training[&TrainingConfig::length]);
        CHECK_FALSE(o.training[&TrainingConfig::seed]);
        CHECK_FALSE(o.save_every);
        CHECK_FALSE(o.resume);
    }

    TEST_CASE("every option of compare reaches its field") {
        const auto o = parsed<CompareOptions>(
            {"compare",  "t.txt",  "--cells",      "rnn,gru", "--equal",          "parameters",
             "--seeds",  "3",      "--parameters", "5000",    "--folder",         "f",
             "--html",   "h.html", "--steps",      "9",       "--seed",           "4",
             "--layers", "2",      "--threads",    "2",       "--validate-every", "7",
             "--json"});
        CHECK(o.corpus == std::vector<std::string>{"t.txt"});
        CHECK(o.cells == std::vector{CellKind::rnn, CellKind::gru});
        CHECK(o.equal == Equal::parameters);
        CHECK(o.seeds == 3);
        CHECK(o.parameters == 5000);
        CHECK(o.folder == "f");
        CHECK(o.html == "h.html");
        CHECK(o.training[&TrainingConfig::length] == TrainingLength{LengthKind::steps, 9});
        CHECK(o.training[&TrainingConfig::seed] == 4);
        CHECK(o.architecture[&LanguageModelConfig::layers] == 2);
        CHECK(o.threads == 2);
        CHECK(o.validate_every == 7);
        CHECK(o.json);
        CHECK(parsed<CompareOptions>({"compare", "--hidden-size", "8"})
                  .architecture[&LanguageModelConfig::hidden_size] == 8);
    }

    TEST_CASE("every option of train reaches its field") {
        const auto o = parsed<TrainOptions>({"train",
                                             "a.txt",
                                             "--model",
                                             "m.carousel",
                                             "-",
                                             "--validation",
                                             "v.txt",
                                             "--encoding",
                                             "koi8-r",
                                             "--invalid",
                                             "skip",
                                             "--newlines",
                                             "keep",
                                             "--unit",
                                             "grapheme",
                                             "--normalize",
                                             "nfkc",
                                             "--min-count",
                                             "3",
                                             "--cell",
                                             "capped-lstm",
                                             "--output-input",
                                             "sum",
                                             "--layers",
                                             "4",
                                             "--hidden-size",
                                             "5",
                                             "--embedding-size",
                                             "6",
                                             "--forget-bias",
                                             "-1.5",
                                             "--time",
                                             "2m",
                                             "--batch-size",
                                             "7",
                                             "--window",
                                             "8",
                                             "--learning-rate",
                                             "0.25",
                                             "--warmup",
                                             "9",
                                             "--schedule",
                                             "linear",
                                             "--final-learning-rate",
                                             "0.03125",
                                             "--clip",
                                             "0.5",
                                             "--beta1",
                                             "0.75",
                                             "--optimizer",
                                             "adam",
                                             "--momentum",
                                             "0.625",
                                             "--beta2",
                                             "0.875",
                                             "--weight-decay",
                                             "0.125",
                                             "--dropout-input",
                                             "0.0625",
                                             "--dropout-between",
                                             "0.375",
                                             "--dropout-output",
                                             "0.625",
                                             "--dropout-recurrent",
                                             "0.1875",
                                             "--dropout-mask",
                                             "step",
                                             "--recurrent-gradient",
                                             "states",
                                             "--average",
                                             "0.9375",
                                             "--reset-probability",
                                             "1",
                                             "--patience",
                                             "14",
                                             "--seed",
                                             "10",
                                             "--threads",
                                             "11",
                                             "--validate-every",
                                             "12",
                                             "--sample-every",
                                             "0",
                                             "--save-every",
                                             "90s",
                                             "--keep",
                                             "13",
                                             "--resume",
                                             "--changed-corpus"});
        CHECK(o.corpus == std::vector<std::string>{"a.txt", "-"});
        CHECK(o.model == "m.carousel");
        CHECK(o.validation == "v.txt");
        CHECK(o.decoding[&DecodingSettings::encoding] == "koi8-r");
        CHECK(o.decoding[&DecodingSettings::invalid] == InvalidInput::skip);
        CHECK(o.text[&TextSettings::newlines] == Newlines::keep);
        CHECK(o.text[&TextSettings::unit] == Unit::grapheme);
        CHECK(o.text[&TextSettings::normalization] == Normalization::nfkc);
        CHECK(o.text[&TextSettings::min_count] == 3U);
        CHECK(o.architecture[&LanguageModelConfig::cell] == CellKind::capped_lstm);
        CHECK(o.architecture[&LanguageModelConfig::output_input] == OutputInput::sum);
        CHECK(o.architecture[&LanguageModelConfig::layers] == 4);
        CHECK(o.architecture[&LanguageModelConfig::hidden_size] == 5);
        CHECK(o.architecture[&LanguageModelConfig::embedding_size] == 6);
        CHECK(o.architecture[&LanguageModelConfig::forget_bias] == -1.5F);
        CHECK(o.training[&TrainingConfig::length] == TrainingLength{LengthKind::seconds, 120});
        CHECK(o.training[&TrainingConfig::batch_size] == 7);
        CHECK(o.training[&TrainingConfig::window] == 8);
        CHECK(o.training[&TrainingConfig::learning_rate] == 0.25F);
        CHECK(o.training[&TrainingConfig::warmup] == 9);
        CHECK(o.training[&TrainingConfig::schedule] == Schedule::linear);
        CHECK(o.training[&TrainingConfig::final_learning_rate] == 0.03125F);
        CHECK(o.training[&TrainingConfig::clip] == 0.5F);
        CHECK(o.training[&TrainingConfig::beta1] == 0.75F);
        CHECK(o.training[&TrainingConfig::beta2] == 0.875F);
        CHECK(o.training[&TrainingConfig::optimizer] == OptimizerKind::adam);
        CHECK(o.training[&TrainingConfig::momentum] == 0.625F);
        CHECK(o.training[&TrainingConfig::weight_decay] == 0.125F);
        CHECK(o.training[&TrainingConfig::dropout_input] == 0.0625F);
        CHECK(o.training[&TrainingConfig::dropout_between] == 0.375F);
        CHECK(o.training[&TrainingConfig::dropout_output] == 0.625F);
        CHECK(o.training[&TrainingConfig::dropout_recurrent] == 0.1875F);
        CHECK(o.training[&TrainingConfig::dropout_mask] == DropoutMask::step);
        CHECK(o.training[&TrainingConfig::recurrent_gradient] == RecurrentGradient::states);
        CHECK(o.training[&TrainingConfig::average] == 0.9375F);
        CHECK(o.training[&TrainingConfig::reset_probability] == 1);
        CHECK(o.training[&TrainingConfig::patience] == 14);
        CHECK(o.training[&TrainingConfig::seed] == 10U);
        CHECK(o.threads == 11);
        CHECK(o.validate_every == 12);
        CHECK(o.sample_every == 0);
        CHECK(o.save_every == TrainingLength{LengthKind::seconds, 90});
        CHECK(o.keep == 13);
        CHECK(o.resume);
        CHECK(o.changed_corpus);
        CHECK(parsed<TrainOptions>({"train", "--from", "f"}).from == "f");
        CHECK(parsed<TrainOptions>({"train", "--validation-fraction", "0"}).validation_fraction ==
              0.0);
        CHECK(parsed<TrainOptions>({"train", "--steps", "30"}).training[&TrainingConfig::length] ==
              TrainingLength{LengthKind::steps, 30});
        CHECK(parsed<TrainOptions>({"train", "--epochs", "3"}).training[&TrainingConfig::length] ==
              TrainingLength{LengthKind::epochs, 3});
    }

    TEST_CASE("every option of generate reaches its field") {
        const auto o = parsed<GenerateOptions>(
            {"generate", "--model",       "m",    "--prompt",  "-x\\n",  "--unknown",
             "nearest",  "--length",      "7",    "--stop",    "END",    "--count",
             "3",        "--temperature", "0",    "--top-k",   "5",      "--top-p",
             "0.5",      "--min-p",       "0.25", "--seed",    "9",      "--precision",
             "int8",     "--threads",     "2",    "--no-echo", "--json", "--loop-length",
             "3",        "--raw"});
        CHECK(o.model == "m");
        CHECK(o.prompt == "-x\n");
        CHECK(o.unknown == UnknownCharacters::nearest);
        CHECK(o.length == 7);
        CHECK(o.stop == "END");
        CHECK(o.count == 3);
        CHECK(o.sampler ==
              SamplerConfig{
                  .temperature = 0, .top_k = 5, .top_p = 0.5F, .min_p = 0.25F, .loop_length = 3});
        CHECK(o.seed == 9U);
        CHECK(o.precision == Precision::int8);
        CHECK(o.threads == 2);
        CHECK_FALSE(o.echo);
        CHECK(o.json);
        CHECK(o.raw);
        CHECK(parsed<GenerateOptions>({"generate", "--prompt-file", "-"}).prompt_file == "-");
        CHECK(parsed<GenerateOptions>({"generate"}).echo);
    }

    TEST_CASE("every option of the other commands reaches its field") {
        const auto e = parsed<EvaluationRequest>(
            {"evaluate",   "--part",          "validation", "c",          "--protocol",
             "windows",    "--window",        "64",         "--model",    "m",
             "--encoding", "utf-16",          "--invalid",  "replace",    "--precision",
             "float32",    "--threads",       "3",          "--baseline", "--baseline-order",
             "4",          "--per-character", "-",          "--per-line", "l"});
        CHECK(e.corpus == std::vector<std::string>{"c"});
        CHECK(e.baseline);
        CHECK(e.baseline_order == 4);
        CHECK(e.per_character == "-");
        CHECK(e.per_line == "l");
        CHECK(e.part == Part::validation);
        CHECK(e.protocol == Protocol::windows);
        CHECK(e.window == 64);
        CHECK(e.model == "m");
        CHECK(parsed<EvaluationRequest>({"evaluate", "c", "--json"}).json);
        CHECK(e.decoding[&DecodingSettings::encoding] == "utf-16");
        CHECK(e.decoding[&DecodingSettings::invalid] == InvalidInput::replace);
        CHECK(e.precision == Precision::float32);
        CHECK(e.threads == 3);
        CHECK(parsed<ModelsOptions>({"models", "--json"}).json);
        const auto i = parsed<InspectOptions>({"inspect", "--json", "m"});
        CHECK(i.file == "m");
        CHECK(i.json);
        const auto x =
            parsed<ExportOptions>({"export", "m", "--precision", "int8", "--output", "n"});
        CHECK(x.file == "m");
        CHECK(x.precision == Precision::int8);
        CHECK(x.output == "n");
        CHECK(parsed<ExportOptions>({"export", "m", "--format", "safetensors"}).format ==
              ExportFormat::safetensors);
        const auto r = parsed<ImportRequest>(
            {"import", "f", "--embedding", "e", "--rnn", "r.{}", "--output-layer", "l",
             "--ignore-others", "--vocabulary", "v.json", "--start", "\\n", "--output", "n"});
        CHECK(r.file == "f");
        CHECK(r.names.embedding == "e");
        CHECK(r.names.rnn == "r.{}");
        CHECK(r.names.output == "l");
        CHECK(r.ignore_others);
        CHECK(r.alphabet.vocabulary == "v.json");
        CHECK(r.alphabet.start == "\n");
        CHECK(r.output == "n");
        const auto foreign =
            parsed<ImportRequest>({"import", "f", "--alphabet", "ab\\n", "--separator", "<eos>"});
        CHECK(foreign.alphabet.alphabet == "ab\n");
        CHECK(foreign.alphabet.separator == "<eos>");
        CHECK(parsed<ImportRequest>({"import", "f", "--text", "t"}).alphabet.text == "t");
        const auto a = parsed<AverageRequest>({"average", "m", "n", "--output", "o"});
        CHECK(a.files.size() == 2);
        CHECK(a.output == "o");
        const auto c = parsed<CompressOptions>(
            {"compress", "-", "--model", "m", "--fast", "--output", "n", "--threads", "3"});
        CHECK(c.file == "-");
        CHECK(c.model == "m");
        CHECK(c.fast);
        CHECK(c.output == "n");
        CHECK(c.threads == 3);
        const auto d = parsed<DecompressOptions>({"decompress", "f", "--model", "m"});
        CHECK(d.file == "f");
        CHECK(d.model == "m");
        const auto f = parsed<FillOptions>({"fill", "t", "--mark", "\\n?", "--length", "2:9",
                                            "--count", "3", "--unknown", "skip", "--json"});
        CHECK(f.file == "t");
        CHECK(f.mark == "\n?");
        CHECK(f.length.shortest == 2);
        CHECK(f.length.longest == 9);
        CHECK(f.count == 3);
        CHECK(f.unknown == UnknownCharacters::skip);
        CHECK(f.json);
        CHECK(parsed<FillOptions>({"fill", "t", "--length", "8"}).length.shortest == 8);
        CHECK(parsed<FillOptions>({"fill", "t", "--choices", "c"}).choices == "c");
        const auto s = parsed<CorrectOptions>(
            {"correct", "-", "--threshold", "0.25", "--output", "o", "--model", "m"});
        CHECK(s.file == "-");
        CHECK(s.threshold == 0.25);
        CHECK(s.output == "o");
        CHECK(s.model == "m");
        const auto l = parsed<LabOptions>({"lab",   "4",
                                           "6a",    "--length",
                                           "200",   "--trials",
                                           "3",     "--rules",
                                           "guess", "--units",
                                           "2",     "--blocks",
                                           "1",     "--block-size",
                                           "3",     "--learning-rate",
                                           "0.25",  "--limit",
                                           "4",     "--seed",
                                           "5",     "--threads",
                                           "6",     "--html",
                                           "h",     "--most-wrong",
                                           "7",     "--json"});
        CHECK(l.tasks == std::vector{LabTask::adding, LabTask::order_of_two});
        CHECK(l.length == 200);
        CHECK(l.trials == 3);
        CHECK(l.rules == LabRules::guess);
        CHECK(l.hidden_size == 2);
        CHECK(l.blocks == 1);
        CHECK(l.block_size == 3);
        CHECK(l.learning_rate == 0.25);
        CHECK(l.limit == 4);
        CHECK(l.seed == 5);
        CHECK(l.threads == 6);
        CHECK(l.html == "h");
        CHECK(l.most_wrong == 7);
        CHECK(l.json);
        const auto g = parsed<LabOptions>(
            {"lab", "gradients", "--cells", "gru,mlstm", "--updates", "8", "--svg", "s"});
        CHECK(g.gradients);
        CHECK(g.gradient_request.cells == std::vector{CellKind::gru, CellKind::mlstm});
        CHECK(g.gradient_request.updates == 8);
        CHECK(g.gradient_request.svg == "s");
        CHECK(parsed<LabOptions>({"lab", "6a", "--rules", "modern", "--cell", "gru"}).cell ==
              CellKind::gru);
        const auto latch = parsed<LabOptions>({"lab", "3b", "--signal", "1", "--output", "o",
                                               "--first-trial", "4", "--no-gate-weights"});
        CHECK(latch.signal == 1);
        CHECK(latch.output == "o");
        CHECK(latch.first_trial == 4);
        CHECK_FALSE(latch.fed_by_gates);
        const auto lags = parsed<LabOptions>({"lab", "2c", "--symbols", "8", "--lag", "9"});
        CHECK(lags.symbols == 8);
        CHECK(lags.lag == 9);
        const auto b = parsed<BenchmarkOptions>({"benchmark", "--layers", "1", "--hidden-size", "2",
                                                 "--batch-size", "3", "--window", "4",
                                                 "--vocabulary", "5", "--seconds", "6"});
        CHECK(b.layers == 1);
        CHECK(b.hidden_size == 2);
        CHECK(b.batch_size == 3);
        CHECK(b.window == 4);
        CHECK(b.vocabulary == 5);
        CHECK(b.seconds == 6);
    }

    TEST_CASE("an unknown word is answered with the nearest known one") {
        CHECK(contains(refusal({"trian"}), "Did you mean train?"));
        CHECK(contains(refusal({"train", "--layer", "3"}), "Did you mean --layers?"));
        CHECK(contains(refusal({"train", "--hidden_size=3"}),
                       "train has no option --hidden_size. Did you mean --hidden-size?"));
        CHECK(contains(refusal({"generate", "--temprature", "1"}), "Did you mean --temperature?"));
        CHECK(contains(refusal({"--hlep"}), "Did you mean --help?"));
        CHECK(contains(refusal({"train", "--temperature", "1"}),
                       "It belongs to `carousel generate`."));
        CHECK(contains(refusal({"train", "-x"}), "train has no option -x."));
        CHECK(contains(refusal({"generate", "--lengt=3"}), "`carousel generate --help all`"));
    }

    TEST_CASE("short names and those of other programs lead to the options that they mean") {
        for (const auto& [word, option] : {std::pair("--lr", "--learning-rate"),
                                           {"--bs", "--batch-size"},
                                           {"--rnn_size", "--hidden-size"},
                                           {"--seq-length", "--window"},
                                           {"--num_layers", "--layers"}}) {
            CHECK(contains(refusal({"train", word, "3"}), fmt::format("Did you mean {}?", option)));
        }
        CHECK(contains(refusal({"sample"}), "Did you mean generate?"));
    }

    TEST_CASE("a text in place of a command is answered with the command that learns it") {
        const TemporaryFolder folder;
        std::ofstream(folder / "my poems.txt") << "The sea";
        const auto name = (folder / "my poems.txt").string();
        CHECK(contains(refusal({name}), fmt::format("`carousel train '{}'`", name)));
    }

    TEST_CASE("control characters of a wrong word are shown escaped") {
        CHECK(contains(refusal({"tr\x1b[31m"}), "tr\\x1b[31m"));
        CHECK(contains(refusal({"train", "--\x1b[31m"}), "--\\x1b[31m"));
        CHECK(contains(refusal({"train", "--layers", "\x1b[31m"}), "\\x1b[31m"));
    }

    TEST_CASE("a broken range is named with the option and the value given") {
        CHECK(refusal({"train", "--layers", "17"}) ==
              "--layers takes a whole number from 1 to 16, not \"17\".");
        CHECK(refusal({"generate", "--temperature", "-1"}) ==
              "--temperature takes a number from 0 to 100, not \"-1\".");
        CHECK(refusal({"train", "--average", "1"}) ==
              "--average takes a number from 0 to less than 1, not \"1\".");
        CHECK(refusal({"train", "--optimizer", "sgd"}) ==
              "--optimizer takes one of adam, muon, not \"sgd\".");
        CHECK(parsed<GenerateOptions>({"generate", "--top-k", "0"}).sampler.top_k == 0);
        CHECK(refusal({"generate", "--top-p=0"}) ==
              "--top-p takes a number from more than 0 to 1, not \"0\".");
    }

    TEST_CASE("an option lacks its value at the end and before another option") {
        CHECK(contains(refusal({"train", "--model"}), "--model"));
        CHECK(contains(refusal({"train", "--model", "--resume"}), "--model"));
        CHECK(contains(refusal({"train", "--model="}), "--model"));
        CHECK(contains(refusal({"train", "--model", ""}), "--model"));
        CHECK(parsed<TrainOptions>({"train", "--model=--resume"}).model == "--resume");
        CHECK(parsed<GenerateOptions>({"generate", "--prompt", "--dashes"}).prompt == "--dashes");
        CHECK(parsed<GenerateOptions>({"generate", "--prompt", ""}).prompt == "");
        CHECK(parsed<GenerateOptions>({"generate", "--prompt="}).prompt == "");
        CHECK(parsed<GenerateOptions>({"generate", "--prompt=a="}).prompt == "a=");
        CHECK(contains(refusal({"train", "--layers="}), "--layers takes"));
    }

    TEST_CASE("words behind -- are no options") {
        CHECK(parsed<TrainOptions>({"train", "--", "--resume"}).corpus ==
              std::vector<std::string>{"--resume"});
    }

    TEST_CASE("an option given twice counts as it was given last") {
        CHECK(parsed<TrainOptions>({"train", "--layers", "3", "--layers", "4"})
                  .architecture[&LanguageModelConfig::layers] == 4);
        CHECK(parsed<TrainOptions>({"train", "--steps", "3", "--steps", "4"})
                  .training[&TrainingConfig::length] == TrainingLength{LengthKind::steps, 4});
    }

    TEST_CASE("options that exclude each other are refused together") {
        const std::vector<std::vector<std::string>> pairs{
            {"train", "--epochs", "1", "--steps", "2"},
            {"train", "--steps", "1", "--time", "2s"},
            {"train", "--time", "1s", "--epochs", "2"},
            {"train", "--validation", "v", "--validation-fraction", "0.1"},
            {"train", "--resume", "--from", "m"},
            {"generate", "--prompt", "a", "--prompt-file", "b"},
            {"train", "--quiet", "--verbose"},
        };
        for (const auto& words : pairs) {
            CAPTURE(words[1]);
            CHECK(contains(refusal(words), words[1]));
            CHECK(contains(refusal(words), "exclude each other"));
        }
        CHECK(contains(refusal({"train", "--changed-corpus"}), "--resume"));
    }

    TEST_CASE("raw bytes are neither decoded nor normalised") {
        for (const auto& words : std::vector<std::vector<std::string>>{{"--encoding", "utf-8"},
                                                                       {"--invalid", "skip"},
                                                                       {"--newlines", "lf"},
                                                                       {"--normalize", "nfc"},
                                                                       {"--min-count", "2"}}) {
            CAPTURE(words[0]);
            CHECK(contains(refusal({"train", "--unit", "byte", words[0], words[1]}), words[0]));
        }
        CHECK(parsed<TrainOptions>(
                  {"train", "--unit", "byte", "--newlines", "keep", "--normalize", "none"})
                  .text[&TextSettings::unit] == Unit::byte);
    }

    TEST_CASE("commands take as many words as they can use") {
        CHECK(contains(refusal({"inspect"}), "inspect takes one FILE"));
        CHECK(contains(refusal({"models", "a"}), "carousel inspect a"));
        CHECK(contains(refusal({"inspect", "a", "b"}), "inspect takes one FILE"));
        for (const auto& [option, value] :
             {std::pair{"--output", "n"}, {"--precision", "int8"}, {"--format", "safetensors"}})
            CHECK(contains(refusal({"export", "m", "--html", "p.html", option, value}), "--html"));
        CHECK(contains(refusal({"export"}), "export"));
        CHECK(contains(refusal({"evaluate"}), "CORPUS"));
        CHECK(contains(refusal({"compare", "--cells", "rnn,gruu"}), "gru"));
        CHECK(contains(refusal({"compare", "--cells", "rnn,"}), "--cells"));
        CHECK(contains(refusal({"compare", "--cell", "rnn"}), "--cell"));
        CHECK(contains(refusal({"compare", "--equal", "time", "--steps", "5"}), "--equal time"));
        CHECK(contains(refusal({"compress"}), "compress takes one FILE"));
        CHECK(contains(refusal({"generate", "-"}), "--prompt-file -"));
        CHECK(parsed<GenerateOptions>({"generate", "--prompt", "-"}).prompt == "-");
        CHECK(contains(refusal({"fill"}), "fill takes one FILE"));
        CHECK(contains(refusal({"fill", "t", "--length", "0"}), "1 to 100"));
        CHECK(contains(refusal({"fill", "t", "--length", "9:2"}), "as in 2:9"));
        CHECK(contains(refusal({"fill", "t", "--length", "2:"}), "--length"));
        CHECK(contains(refusal({"fill", "t", "--length", "2", "--choices", "c"}), "--choices"));
        CHECK(contains(refusal({"fill", "-", "--choices", "-"}), "standard input"));
        CHECK(contains(refusal({"correct", "a", "b"}), "correct takes one FILE"));
        CHECK(contains(refusal({"correct", "a", "--threshold", "2"}), "0 to 1"));
        CHECK(contains(refusal({"correct", "a", "--json", "--output", "-"}), "standard output"));
        CHECK(contains(refusal({"decompress", "a", "b"}), "decompress takes one FILE"));
        CHECK(contains(refusal({"benchmark", "a"}), "benchmark"));
        CHECK(contains(refusal({"lab", "7"}), "There is no task \"7\""));
        CHECK(contains(refusal({"lab", "6a", "--svg", "s"}), "--svg"));
        CHECK(contains(refusal({"lab", "gradients", "--cells", "gru,,rnn"}), "--cells"));
        CHECK(contains(refusal({"lab", "6a", "--lag", "9"}), "Task 6a has no --lag"));
        CHECK(contains(refusal({"lab", "6a", "4", "--output", "o"}), "--output"));
        CHECK(contains(refusal({"import", "a", "b"}), "import takes one FILE"));
    }

    TEST_CASE("the words of generate are the prompt") {
        CHECK(parsed<GenerateOptions>({"generate", "The", "moon"}).prompt == "The moon");
        CHECK(parsed<GenerateOptions>({"generate", "The moon", "--length", "5"}).prompt ==
              "The moon");
        CHECK(contains(refusal({"generate", "The", "--prompt", "moon"}), "--prompt would both"));
        CHECK(contains(refusal({"generate", "The", "--prompt-file", "f"}), "--prompt-file would"));
        CHECK(contains(refusal({"generate", "models/my verse.carousel"}),
                       "--model 'models/my verse.carousel'"));
    }

    TEST_CASE("a file that would promise another format is refused") {
        CHECK(contains(refusal({"export", "m.carousel", "--output", "verse.safetensors"}),
                       "--output verse.safetensors"));
        CHECK(contains(refusal({"train", "--model", "m.pt"}), ".pt"));
        CHECK(contains(refusal({"train", "--report", "run.pdf"}), ".pdf"));
        CHECK(contains(refusal({"evaluate", "c", "--html", "c.png"}), ".png"));
        CHECK(parsed<ExportOptions>({"export", "m", "--output", "verse-1.5"}).output ==
              "verse-1.5");
    }

    TEST_CASE("what was asked for is kept as a shell reads it") {
        const auto line = parse({"train", "my poems.txt", "--time", "2m"});
        CHECK(std::get<TrainOptions>(line.command)
                  .command.ends_with(" train 'my poems.txt' --time 2m"));
        CHECK(std::get<EvaluationRequest>(parse({"evaluate", "c"}).command)
                  .command.ends_with(" evaluate c"));
    }

    TEST_CASE("whole samples are not waited for when nothing ends them") {
        CHECK(contains(refusal({"generate", "--length", "0", "--count", "2"}), "--length"));
        CHECK(contains(refusal({"generate", "--length", "0", "--json"}), "--length"));
        CHECK(parsed<GenerateOptions>({"generate", "--length", "0", "--json", "--stop", "."})
                  .length == 0);
    }

    TEST_CASE("a configuration file gives what the command line leaves out") {
        const Config config(
            "layers = 3\nhidden-size = 64\nresume = yes\nquiet = yes\nchanged-corpus = no\n");
        const auto line = parse(config.with({"train", "--layers", "2"}));
        const auto& o = std::get<TrainOptions>(line.command);
        CHECK(o.architecture[&LanguageModelConfig::layers] == 2);
        CHECK(o.architecture[&LanguageModelConfig::hidden_size] == 64);
        CHECK(o.resume);
        CHECK_FALSE(o.changed_corpus);
        CHECK(line.global.quiet);
        CHECK(line.global.config);
    }

    TEST_CASE("an option of the command line overrules what it excludes in a file") {
        const Config config("steps = 5\nvalidation-fraction = 0.2\n");
        const auto o =
            parsed<TrainOptions>(config.with({"train", "--time", "1m", "--validation", "v"}));
        CHECK(o.training[&TrainingConfig::length] == TrainingLength{LengthKind::seconds, 60});
        CHECK_FALSE(o.validation_fraction);
    }

    TEST_CASE(
        "a file is refused with its line for unknown names, wrong values and exclusions of its "
        "own") {
        const auto refused = [](std::string_view text) {
            return refusal(Config(text).with({"train"}));
        };
        CHECK(contains(refused("\nlayer = 3\n"),
                       "a.conf, line 2: train has no option layer. Did you mean layers?"));
        CHECK(contains(refused("layers = 99\n"),
                       "a.conf, line 1: layers takes a whole number from 1 to 16, not \"99\"."));
        CHECK(contains(refused("resume = maybe\n"), "a.conf, line 1: resume takes one of no, yes"));
        CHECK(contains(refused("config = b\n"), "a.conf, line 1:"));
        CHECK(contains(refused("help = yes\n"), "a.conf, line 1:"));
        CHECK(contains(refused("steps = 1\nepochs = 1\n"), "exclude each other"));
    }

    TEST_CASE("options of every command may stand before it") {
        const auto line = parse({"--quiet", "inspect", "m"});
        CHECK(line.global.quiet);
        CHECK(std::get<InspectOptions>(line.command).file == "m");
        CHECK(contains(refusal({"--layers", "3", "train"}), "--layers"));
        CHECK(contains(refusal({"--quiet"}), "A command is missing."));
    }

    TEST_CASE("help and version are answered before anything else is looked at") {
        CHECK(contains(help({}), "Usage: carousel COMMAND"));
        CHECK(contains(help({"--help"}), "Usage: carousel COMMAND"));
        CHECK(contains(help({"-h"}), "Usage: carousel COMMAND"));
        CHECK(contains(help({"--help", "train"}), "Usage: carousel train"));
        CHECK(contains(help({"train", "--layers", "99", "--help"}), "Usage: carousel train"));
        CHECK(contains(help({"evaluate", "-h"}), "Usage: carousel evaluate"));
        CHECK_NOTHROW(parsed<VersionRequest>({"--version"}));
    }

    TEST_CASE("help is a command too") {
        CHECK(help({"help"}) == help({}));
        CHECK(help({"help", "train"}) == help({"train", "--help"}));
        CHECK(help({"help", "train", "all"}) == help({"train", "--help", "all"}));
        CHECK(help({"help", "all"}) == help({"--help", "all"}));
        CHECK(contains(refusal({"help", "trian"}), "Did you mean train?"));
    }

    TEST_CASE("help begins with the six options that people need and has the rest under all") {
        for (const std::string command : {"train", "plan", "generate", "evaluate"}) {
            CAPTURE(command);
            const auto needed = help({command, "--help"}), all = help({command, "--help", "all"});
            std::size_t options = 0;
            for (auto at = needed.find("\n  --"); at != std::string::npos;
                 at = needed.find("\n  --", at + 1))
                ++options;
            CHECK(options == 6);
            CHECK(contains(needed, "`carousel " + command + " --help all`"));
            CHECK(all.size() > 2 * needed.size());
        }
        CHECK(contains(help({"train", "--help"}), "--time"));
        CHECK_FALSE(contains(help({"train", "--help"}), "--beta1"));
        CHECK(contains(help({"train", "--help=all"}), "--beta1"));
        CHECK(contains(help({"train", "a.txt", "--help", "all"}), "--beta1"));
        CHECK_FALSE(contains(help({"train", "--help", "all.txt"}), "--beta1"));
        CHECK(contains(help({"--help", "all"}), "--beta1"));
        CHECK(contains(help({"--help", "all"}), "--seconds"));
    }

    TEST_CASE("help names every command, fits 80 columns and ends its last line") {
        for (const auto& command : k_commands) CHECK(contains(help({}), "\n  " + command + " "));
        auto screens = std::vector{help({})};
        for (const auto& command : k_commands) {
            screens.push_back(help({command, "--help"}));
            screens.push_back(help({command, "--help", "all"}));
        }
        for (const std::string& screen : screens) {
            CHECK(screen.ends_with('\n'));
            for (std::size_t begin = 0; begin < screen.size();) {
                const auto end = screen.find('\n', begin);
                CHECK_MESSAGE(end - begin <= 80, screen.substr(begin, end - begin));
                begin = end + 1;
            }
        }
    }

    TEST_CASE("help tells the defaults that are used") {
        CorpusFacts corpus;
        corpus.characters = corpus.tokens = 1'000'000;
        const auto [model, training] = [&] {
            const auto plan = choose_plan_by_size(plan_request({}, nullptr, corpus, 65),
                                                  {LengthKind::steps, 2000});
            return std::pair(plan.model, plan.training);
        }();
        std::string flat;  // a line for each option, runs of spaces made one
        for (std::istringstream lines(help({"train", "--help", "all"})); !lines.eof();) {
            std::string line, word;
            std::getline(lines, line);
            if (line.starts_with("  --")) flat += '\n';
            for (std::istringstream words(line); words >> word;) flat += word + ' ';
        }
        const auto tells = [&](std::string_view option, auto value) {
            const auto begin = flat.find(fmt::format("\n--{} ", option));
            REQUIRE(begin != std::string::npos);
            const auto text = flat.substr(begin, flat.find('\n', begin + 1) - begin);
            CHECK_MESSAGE(contains(text, fmt::format("; {} for 1 MB", value)), text);
        };
        tells("layers", model.layers);
        tells("hidden-size", model.hidden_size);
        tells("batch-size", training.batch_size);
        tells("window", training.window);
        tells("learning-rate", training.learning_rate);
        tells("dropout-between", training.dropout_between);
        tells("dropout-output", training.dropout_output);
        tells("dropout-recurrent", training.dropout_recurrent);
    }
}
