#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/shell_word.hpp"
#include "cli/command_options.hpp"
#include "cli/option_reader.hpp"
#include "cli/terminal.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

/// A command as the command line knows it.
struct CommandEntry {
    std::string_view name, words, about;
    bool (*has)(std::string_view option);
    Command (*read)(std::string_view name, const Words& words, GlobalOptions& global);
};

/// A command that has an option of this name, the first of them.
std::optional<std::string_view> command_with(std::string_view option);

template <typename Options>
bool has_option(std::string_view name) {
    Options options;
    GlobalOptions global;
    return option_table(options, global).find(name) != nullptr;
}

template <typename Options>
Command read_command(std::string_view name, const Words& words, GlobalOptions& global) {
    Options options;
    OptionTable table = option_table(options, global);
    OptionReader reader(name, table, command_with);
    if (const auto help = reader.store_words(words)) return HelpRequest{table.help(*help)};
    if (global.config) reader.store_file(*global.config);
    finish_options(options, reader.take_words());
    return options;
}

constexpr std::array k_commands{
    CommandEntry{"train", "[CORPUS...]", "learn from text: files, directories, - (standard input)",
                 has_option<TrainOptions>, read_command<TrainOptions>},
    CommandEntry{"plan", "[CORPUS...]", "tell what train would do in the time that there is",
                 has_option<PlanOptions>, read_command<PlanOptions>},
    CommandEntry{"compare", "[CORPUS...]", "train several cells on one text and tell what differs",
                 has_option<CompareOptions>, read_command<CompareOptions>},
    CommandEntry{"generate", "[PROMPT...]", "write text with a trained model",
                 has_option<GenerateOptions>, read_command<GenerateOptions>},
    CommandEntry{"evaluate", "CORPUS...", "measure how well a model predicts a text",
                 has_option<EvaluationRequest>, read_command<EvaluationRequest>},
    CommandEntry{"inspect", "FILE", "tell what a model file is, or what its units do",
                 has_option<InspectOptions>, read_command<InspectOptions>},
    CommandEntry{"models", "", "list the models that can be named", has_option<ModelsOptions>,
                 read_command<ModelsOptions>},
    CommandEntry{"export", "FILE", "write a model in 8 bits, for PyTorch, or as a page",
                 has_option<ExportOptions>, read_command<ExportOptions>},
    CommandEntry{"import", "FILE", "make a model of weights in PyTorch's layout",
                 has_option<ImportRequest>, read_command<ImportRequest>},
    CommandEntry{"average", "FILE...", "write the mean of models of one shape",
                 has_option<AverageRequest>, read_command<AverageRequest>},
    CommandEntry{"compress", "FILE", "write a text in fewer bytes, by what a model foresees",
                 has_option<CompressOptions>, read_command<CompressOptions>},
    CommandEntry{"decompress", "FILE", "write it again as it was", has_option<DecompressOptions>,
                 read_command<DecompressOptions>},
    CommandEntry{"fill", "FILE", "complete gaps of a text so that both sides fit",
                 has_option<FillOptions>, read_command<FillOptions>},
    CommandEntry{"correct", "FILE", "find slips of single characters in a text",
                 has_option<CorrectOptions>, read_command<CorrectOptions>},
    CommandEntry{"lab", "[TASK...]", "run the experiments that made LSTM famous",
                 has_option<LabOptions>, read_command<LabOptions>},
    CommandEntry{"benchmark", "", "measure how fast this machine trains and writes",
                 has_option<BenchmarkOptions>, read_command<BenchmarkOptions>},
};

std::optional<std::string_view> command_with(std::string_view option) {
    const auto found = std::ranges::find_if(
        k_commands, [&](const CommandEntry& command) { return command.has(option); });
    if (found == k_commands.end()) return std::nullopt;
    return found->name;
}

std::string overview() {
    std::string text =
        "Carousel learns a text character by character and writes more of it.\n\n"
        "Usage: carousel COMMAND [OPTION...]\n\n"
        "To begin: `carousel train FILE`, then `carousel generate`, which writes with a\n"
        "model that comes with the program where there is no other.\n"
        "Without a FILE it learns the verses that come with the program, for two minutes.\n\n"
        "Commands:\n";
    for (const auto& command : k_commands) {
        text += fmt::format("  {:<22}{}\n", fmt::format("{} {}", command.name, command.words),
                            command.about);
    }
    return text +
           "  help [COMMAND] [all]  what people need to know, or all there is\n"
           "\nOf every command:\n"
           "  --help [all]          what the command does, and its options\n"
           "  --quiet               no progress on standard error, only warnings and errors\n"
           "  --verbose             more of it: sizes, settings, figures\n"
           "  --config FILE         options from a file of lines `name = value`; the command\n"
           "                        line wins\n"
           "  --version             this build and the instruction set in use\n";
}

/// The help screens of all commands behind each other.
std::string whole_help() {
    std::string text = overview();
    for (const auto& command : k_commands) {
        GlobalOptions none;
        const auto help = command.read(command.name, {"--help", std::string(k_all_options)}, none);
        text += "\n" + std::get<HelpRequest>(help).text;
    }
    return text;
}

/// What is said of a word that is no command.
std::string no_command(const std::string& name) {
    std::error_code unknown;
    const auto shown = printable(name, Whitespace::escape);
    if (std::filesystem::exists(name, unknown)) {
        return fmt::format(
            "There is no command \"{}\". To learn from what is there: `carousel train {}`.", shown,
            shell_path(name));
    }
    std::vector<std::string_view> names;
    for (const auto& entry : k_commands) names.push_back(entry.name);
    return fmt::format("There is no command \"{}\".{} {}", shown, suggestion(name, names, ""),
                       see_help(""));
}

/// The command's place among `words`; options of every command may precede it.
/// Throws: UsageError for another option before it.
std::size_t find_command(const Words& words) {
    static const std::vector<std::string_view> k_known{"help", "version", "quiet", "verbose",
                                                       "config"};
    std::size_t i = 0;
    while (i < words.size() && words[i].starts_with('-')) {
        const std::string_view word = words[i];
        const auto start = std::min(word.find_first_not_of('-'), word.size());
        const auto name = word.substr(start, word.find('=') - start);
        if (word != "-h" && (start != 2 || std::ranges::find(k_known, name) == k_known.end())) {
            throw UsageError(fmt::format("There is no option {} before a command.{} {}",
                                         printable(word, Whitespace::escape),
                                         suggestion(name, k_known, "--"), see_help("")));
        }
        i += word == "--config" ? 2 : 1;
    }
    return i;
}

/// The command line as a shell reads it.
std::string typed(int argc, const char* const* argv) {
    std::string command = program_name();
    for (int i = 1; i < argc; ++i) command += ' ' + shell_word(argv[i]);
    return command;
}

/// The words as the parser has them: `help` is `--help`, and `--help=all` two words.
Words usual_words(int argc, const char* const* argv) {
    Words words;
    for (int i = std::min(argc, 1); i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--help=all") {
            words.insert(words.end(), {"--help", std::string(k_all_options)});
        } else {
            words.emplace_back(word);
        }
    }
    const std::size_t place = find_command(words);
    if (place < words.size() && words[place] == "help") words[place] = "--help";
    return words;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
    Words words = usual_words(argc, argv);
    const std::size_t place = find_command(words);
    const Words before(words.begin(),
                       words.begin() + static_cast<std::ptrdiff_t>(std::min(place, words.size())));
    const auto asked = [&](const char* word) {
        return std::ranges::find(before, word) != before.end();
    };
    if (asked("--version")) return {VersionRequest{}, {}};
    const bool help = asked("--help") || asked("-h");
    if (place >= words.size()) {
        if (words.empty() || help) return {HelpRequest{overview()}, {}};
        throw UsageError(fmt::format("A command is missing. {}", see_help("")));
    }
    const std::string name = words[place];
    if (help && name == k_all_options) return {HelpRequest{whole_help()}, {}};
    const auto command = std::ranges::find(k_commands, name, &CommandEntry::name);
    if (command == k_commands.end()) throw UsageError(no_command(name));
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(place));
    CommandLine line;
    line.command = command->read(name, words, line.global);
    std::visit(
        [&](auto& options) {
            if constexpr (requires { options.command; }) options.command = typed(argc, argv);
        },
        line.command);
    return line;
}

}  // namespace carousel
