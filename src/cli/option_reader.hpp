#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/option_table.hpp"

namespace carousel {

using Words = std::vector<std::string>;

inline constexpr std::string_view k_all_options = "all";  ///< behind --help

/// Gives values to the options of one command, from the command line first and then from a file.
class OptionReader {
public:
    /// Another command that has an option of this name, if one has.
    using FindOwner = std::function<std::optional<std::string_view>(std::string_view option)>;

    /// `table` and what its options fill must outlive the object.
    OptionReader(std::string_view command, const OptionTable& table, FindOwner find_owner)
        : command_(command), table_(table), find_owner_(std::move(find_owner)) {}

    /// What of its help is asked for; then, and only then, nothing is stored.
    /// Throws: UsageError, here and below, naming the option and what may have been meant.
    std::optional<HelpExtent> store_words(const Words& words);

    /// Fills what the command line has left open.
    void store_file(const std::filesystem::path& path);

    /// The words that are no options.
    Words take_words() { return std::move(words_); }

private:
    void give(const std::string& name);
    std::string unknown(std::string_view token) const;

    std::string_view command_;
    const OptionTable& table_;
    FindOwner find_owner_;
    Words words_, given_;
};

/// Where the options of a command stand; of the program, for an empty one.
std::string see_help(std::string_view command);

/// What is said when a word is not among `known`: " Did you mean --steps?", or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known,
                       std::string_view dashes);

}  // namespace carousel
