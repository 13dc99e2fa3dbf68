#include "cli/option_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>

#include "app/nearest_word.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "cli/config_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

namespace po = boost::program_options;

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

/// `--model --resume` is a forgotten file name. (`--model=--resume` means what it says.)
void refuse_option_as_value(const OptionTable& table, const Option& option,
                            const po::option& given) {
    if (given.original_tokens.size() < 2 || !given.value.front().starts_with("--")) return;
    if (table.find(std::string_view(given.value.front()).substr(2)) == nullptr) return;
    throw UsageError(
        fmt::format("--{} lacks its value: {} is an option.", option.name, given.value.front()));
}

/// What of its help a command is asked for.
std::optional<HelpExtent> help_among(const std::vector<po::option>& options) {
    const auto help = std::ranges::find(options, "help", &po::option::string_key);
    if (help == options.end()) return std::nullopt;
    const auto behind = std::next(help);
    const bool all = behind != options.end() && behind->position_key >= 0 &&
                     behind->value.front() == k_all_options;
    return all ? HelpExtent::all : HelpExtent::needed;
}

}  // namespace

std::string see_help(std::string_view command) {
    return command.empty() ? "`carousel --help` lists what there is."
                           : fmt::format("`carousel {} --help all` lists what there is.", command);
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known,
                       std::string_view dashes) {
    const auto nearest = nearest_word(word, known);
    return nearest ? fmt::format(" Did you mean {}{}?", dashes, *nearest) : "";
}

std::optional<HelpExtent> OptionReader::store_words(const Words& words) {
    const auto options = cut_words(command_, table_, words);
    if (const auto help = help_among(options)) return help;
    for (const auto& option : options) {
        if (option.position_key >= 0) {
            words_.push_back(option.value.front());
            continue;
        }
        if (option.unregistered) throw UsageError(unknown(option.original_tokens.front()));
        const Option& known = *table_.find(option.string_key);
        refuse_option_as_value(table_, known, option);
        known.value.store("--" + known.name, known.is_flag() ? "yes" : option.value.front());
        give(known.name);
    }
    return std::nullopt;
}

void OptionReader::store_file(const std::filesystem::path& path) {
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

void OptionReader::give(const std::string& name) {
    if (const auto other = table_.excluded_by(name, given_)) {
        throw UsageError(
            fmt::format("--{} and --{} exclude each other; give one of them.", *other, name));
    }
    given_.push_back(name);
}

std::string OptionReader::unknown(std::string_view token) const {
    const auto start = std::min(token.find_first_not_of('-'), token.size());
    const auto name = token.substr(start, token.find('=') - start);
    auto message = fmt::format("{} has no option {}{}.", command_, token.substr(0, start),
                               printable(name, Whitespace::escape));
    if (const auto owner = find_owner_(name))
        return fmt::format("{} It belongs to `carousel {}`.", message, *owner);
    return fmt::format("{}{} {}", message, suggestion(name, table_.names(), start == 0 ? "" : "--"),
                       see_help(command_));
}

}  // namespace carousel
