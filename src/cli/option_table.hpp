#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/option_values.hpp"

namespace carousel {

/// What an option takes and where it goes.
struct OptionValue {
    std::string argument;  ///< as help shows it: `N`, `FILE`, `keep|lf`; empty for a flag
    std::string limits;    ///< as help shows them: `1 to 16`; may be empty
    /// Reads `word` for the option called `name`. Throws: UsageError.
    std::function<void(std::string_view name, const std::string& word)> store;
};

struct Option {
    std::string name;  ///< without dashes
    OptionValue value;
    std::string meaning, preset;  ///< what it does; its default, empty where there is none to tell
    bool is_flag() const { return value.argument.empty(); }
};

/// How much a help screen tells.
enum class HelpExtent : std::uint8_t {
    needed,  ///< the few options that people need, where a command has many
    all,
};

/// All options of one command, in the order of its help, each bound to the field that it fills.
class OptionTable {
public:
    /// `usage` follows the word `carousel`; `summary` is a line or more of prose.
    OptionTable(std::string usage, std::string summary);

    /// The options that follow stand below this title.
    void heading(std::string title);
    void add(std::string name, OptionValue value, std::string meaning, std::string preset = {});

    /// Those that the short help shows, in this order.
    void need(std::vector<std::string> names);

    /// At most one of these may be given.
    void exclude(std::vector<std::string> names);

    const Option* find(std::string_view name) const;
    std::vector<std::string_view> names() const;

    /// Another of `given` that excludes `name`.
    std::optional<std::string> excluded_by(std::string_view name,
                                           const std::vector<std::string>& given) const;

    /// The help screen: 80 columns at most, a newline at its end.
    std::string help(HelpExtent extent) const;

private:
    struct Group {
        std::string title;
        std::vector<Option> options;
    };
    std::string usage_, summary_;
    std::vector<Group> groups_;
    std::vector<std::string> needed_;
    std::vector<std::vector<std::string>> exclusions_;
};

/// A flag; configuration files say `yes` or `no`, the command line means `yes`, which stores
/// `meaning`.
OptionValue flag(bool& target, bool meaning = true);

/// A whole number. Range: `range` lies in that of the field's type.
template <typename Target>
OptionValue whole(Target& target, const WholeRange& range) {
    return {"N", format_range(range),
            [&target, range](std::string_view name, const std::string& word) {
                target = static_cast<ContentOf<Target>>(parse_whole(name, word, range));
            }};
}

/// A real number.
template <typename Target>
OptionValue real(Target& target, const RealRange& range) {
    return {"X", format_range(range),
            [&target, range](std::string_view name, const std::string& word) {
                target = parse_real<ContentOf<Target>>(name, word, range);
            }};
}

/// One of the words of an enumeration. A few stand in the place of the value, more in that of its
/// range.
template <typename Target>
OptionValue choice(Target& target) {
    constexpr std::size_t k_few = 6;
    constexpr const auto& k_all = k_words<ContentOf<Target>>;
    std::string words;
    for (const auto word : k_all) {
        if (!words.empty()) words += k_all.size() > k_few ? ", " : "|";
        words += word;
    }
    const auto parse = [&target](std::string_view name, const std::string& word) {
        target = parse_choice<ContentOf<Target>>(name, word);
    };
    if (k_all.size() > k_few) return {"NAME", words, parse};
    return {words, "", parse};
}

/// A text or a path, not empty.
template <typename Target>
OptionValue text(Target& target, std::string argument) {
    return {std::move(argument), "", [&target](std::string_view name, const std::string& word) {
                require_text(name, word);
                target = word;
            }};
}

}  // namespace carousel
