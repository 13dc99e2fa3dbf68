#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/nearest_word.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "base/shell_word.hpp"
#include "cli/command_options.hpp"
#include "cli/config_file.hpp"
#include "cli/terminal.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

constexpr std::string_view k_all_options = "all";  // behind --help

std::string see_help(std::string_view command) {
    return command.empty() ? "`carousel --help` lists what there is."
                           : fmt::format("`carousel {} --help all` lists what there is.", command);
}

/// What is said when a word is not among `known`.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known,
                       std::string_view dashes) {
    const auto nearest = nearest_word(word, known);
    return nearest ? fmt::format(" Did you mean {}{}?", dashes, *nearest) : "";
}

/// Cuts the words of one command as Boost.Program_options understands the table. An unknown option
/// comes marked as such, so that the message about it can be ours.
std::vector<po::option> cut_words(std::string_view command, const OptionTable& table,
                                  const Words& words) {
    po::options_description known;
    for (const auto name : table.names()) {
        const Option& option = *table.find(name);
        const std::string key = option.name + (option.name == "help" ? ",h" : "");
        if (option.is_flag()) {
            known.add_options()(key.c_str(), "");
        } else {
            known.add_options()(key.c_str(), po::value<std::string>(), "");
        }
    }
    using namespace po::command_line_style;
    constexpr int k_style = allow_long | long_allow_next | long_allow_adjacent | allow_short |
                            allow_dash_for_short | short_allow_next;
    Words split;  // `--prompt=` gives an empty text, which the library takes for a mistake
    for (const auto& word : words) {
        const bool empty = word.starts_with("--") && word.find('=') == word.size() - 1;
        const Option* option =
            empty ? table.find(std::string_view(word).substr(2, word.size() - 3)) : nullptr;
        const bool gives_nothing = option != nullptr && !option->is_flag();
        split.push_back(gives_nothing ? word.substr(0, word.size() - 1) : word);
        if (gives_nothing) split.emplace_back();
    }
    try {
        return po::command_line_parser(split)
            .options(known)
            .style(k_style)
            .allow_unregistered()
            .run()
            .options;
    } catch (const po::error& error) {
        throw UsageError(fmt::format(
            "{}: {}. {}", command, printable(error.what(), Whitespace::escape), see_help(command)));
    }
}

/// Gives values to a table, from the command line first and then from a file.
class OptionReader {
public:
    OptionReader(std::string_view command, OptionTable& table) : command_(command), table_(table) {}

    void store_words(const std::vector<po::option>& options) {
        for (const auto& option : options) {
            if (option.position_key >= 0) {
                words_.push_back(option.value.front());
                continue;
            }
            if (option.unregistered) throw UsageError(unknown(option.original_tokens.front()));
            const Option& known = *table_.find(option.string_key);
            refuse_option_as_value(known, option);
            known.value.store("--" + known.name, known.is_flag() ? "yes" : option.value.front());
            give(known.name);
        }
    }

    void store_file(const std::filesystem::path& path) {
        const auto on_command_line = given_;
        for (const ConfigLine& line : read_config_file(path)) {
            const auto place = fmt::format("{}, line {}: ", shown_path(path), line.line);
            const Option* option = table_.find(line.name);
            if (option == nullptr || line.name == "config" || line.name == "help") {
                throw UsageError(place + unknown(line.name));
            }
            const bool overruled =
                std::ranges::find(on_command_line, line.name) != on_command_line.end() ||
                table_.excluded_by(line.name, on_command_line);
            if (overruled) continue;
            try {
                option->value.store(line.name, line.value);
            } catch (const UsageError& error) {
                throw UsageError(place + error.what());
            }
            if (!option->is_flag() || line.value == "yes") give(line.name);
        }
    }

    Words take_words() { return std::move(words_); }

private:
    /// `--model --resume` is a forgotten file name. (`--model=--resume` means what it says.)
    void refuse_option_as_value(const Option& option, const po::option& given) const {
        if (given.original_tokens.size() < 2 || !given.value.front().starts_with("--")) return;
        if (table_.find(std::string_view(given.value.front()).substr(2)) == nullptr) return;
        throw UsageError(fmt::format("--{} lacks its value: {} is an option.", option.name,
                                     given.value.front()));
    }

    void give(const std::string& name) {
        if (const auto other = table_.excluded_by(name, given_)) {
            throw UsageError(
                fmt::format("--{} and --{} exclude each other; give one of them.", *other, name));
        }
        given_.push_back(name);
    }

    std::string unknown(std::string_view token) const;

    std::string_view command_;
    OptionTable& table_;
    Words words_, given_;
};

/// A command as the command line knows it.
struct CommandEntry {
    std::string_view name, words, about;
    bool (*has)(std::string_view option);
    Command (*read)(std::string_view name, const Words& words, GlobalOptions& global);
};

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
    const auto cut = cut_words(name, table, words);
    const auto help = std::ranges::find(cut, "help", &po::option::string_key);
    if (help != cut.end()) {
        const auto behind = std::next(help);
        const bool all = behind != cut.end() && behind->position_key >= 0 &&
                         behind->value.front() == k_all_options;
        return HelpRequest{table.help(all ? HelpExtent::all : HelpExtent::needed)};
    }
    OptionReader reader(name, table);
    reader.store_words(cut);
    if (global.config) reader.store_file(*global.config);
    finish_options(options, reader.take_words());
    return options;
}

constexpr std::array k_commands{
    CommandEntry{"train", "[CORPUS...]", "learn from text: files, directories, - (standard input)",
                 has_option<TrainOptions>, read_command<TrainOptions>},
    CommandEntry{"plan", "[CORPUS...]", "tell what train would do in the time that there is",
                 has_option<PlanOptions>, read_command<PlanOptions>},
    CommandEntry{"generate", "[PROMPT...]", "write text with a trained model",
                 has_option<GenerateOptions>, read_command<GenerateOptions>},
    CommandEntry{"evaluate", "CORPUS...", "measure how well a model predicts a text",
                 has_option<EvaluationRequest>, read_command<EvaluationRequest>},
    CommandEntry{"inspect", "FILE", "tell what a model file is", has_option<InspectOptions>,
                 read_command<InspectOptions>},
    CommandEntry{"export", "FILE",
                 "write a model without its training state, in 8 bits, for PyTorch",
                 has_option<ExportOptions>, read_command<ExportOptions>},
    CommandEntry{"import", "FILE", "make a model of weights that PyTorch has, in safetensors",
                 has_option<ImportRequest>, read_command<ImportRequest>},
    CommandEntry{"average", "FILE...", "write the mean of models of one shape",
                 has_option<AverageRequest>, read_command<AverageRequest>},
    CommandEntry{"compress", "FILE", "write a text in fewer bytes, by what a model foresees",
                 has_option<CompressOptions>, read_command<CompressOptions>},
    CommandEntry{"decompress", "FILE", "write it again as it was", has_option<DecompressOptions>,
                 read_command<DecompressOptions>},
    CommandEntry{"benchmark", "", "measure how fast this machine trains and writes",
                 has_option<BenchmarkOptions>, read_command<BenchmarkOptions>},
};

std::string OptionReader::unknown(std::string_view token) const {
    const auto start = std::min(token.find_first_not_of('-'), token.size());
    const auto name = token.substr(start, token.find('=') - start);
    auto message = fmt::format("{} has no option {}{}.", command_, token.substr(0, start),
                               printable(name, Whitespace::escape));
    for (const CommandEntry& command : k_commands) {
        if (command.has(name)) {
            return fmt::format("{} It belongs to `carousel {}`.", message, command.name);
        }
    }
    return fmt::format("{}{} {}", message, suggestion(name, table_.names(), start == 0 ? "" : "--"),
                       see_help(command_));
}

std::string overview() {
    std::string text =
        "Carousel learns a text character by character and writes more of it.\n\n"
        "Usage: carousel COMMAND [OPTION...]\n\n"
        "To begin: `carousel train FILE`, then `carousel generate`.\n"
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
