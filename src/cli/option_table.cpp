#include "cli/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "cli/wrap.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_width = 80, k_column = 30;

std::string describe(const Option& option) {
    std::string notes = option.value.limits;
    if (!option.preset.empty()) {
        notes += notes.empty() ? "default: " : "; default: ";
        notes += option.preset;
    }
    return notes.empty() ? option.meaning : fmt::format("{} ({})", option.meaning, notes);
}

std::string help_line(const Option& option) {
    std::string line = "  --" + option.name;
    if (!option.is_flag()) line += ' ' + option.value.argument;
    if (line.size() + 2 > k_column) {
        line += '\n' + std::string(k_column, ' ');
    } else {
        line.resize(k_column, ' ');
    }
    return line + wrapped(describe(option), k_width, k_column, k_column) + '\n';
}

}  // namespace

OptionTable::OptionTable(std::string usage, std::string summary)
    : usage_(std::move(usage)), summary_(std::move(summary)) {}

void OptionTable::heading(std::string title) {
    groups_.push_back({std::move(title), {}});
}

void OptionTable::add(std::string name, OptionValue value, std::string meaning,
                      std::string preset) {
    groups_.back().options.push_back(
        {std::move(name), std::move(value), std::move(meaning), std::move(preset)});
}

void OptionTable::exclude(std::vector<std::string> names) {
    exclusions_.push_back(std::move(names));
}

const Option* OptionTable::find(std::string_view name) const {
    for (const Group& group : groups_) {
        const auto found = std::ranges::find(group.options, name, &Option::name);
        if (found != group.options.end()) return &*found;
    }
    return nullptr;
}

std::vector<std::string_view> OptionTable::names() const {
    std::vector<std::string_view> names;
    for (const Group& group : groups_) {
        for (const Option& option : group.options) names.emplace_back(option.name);
    }
    return names;
}

std::optional<std::string> OptionTable::excluded_by(std::string_view name,
                                                    const std::vector<std::string>& given) const {
    for (const auto& names : exclusions_) {
        if (std::ranges::find(names, name) == names.end()) continue;
        for (const std::string& other : given) {
            if (other != name && std::ranges::find(names, other) != names.end()) return other;
        }
    }
    return std::nullopt;
}

void OptionTable::need(std::vector<std::string> names) {
    needed_ = std::move(names);
}

std::string OptionTable::help(HelpExtent extent) const {
    std::string out = "Usage: carousel " + usage_ + "\n\n" + wrapped(summary_, k_width) + '\n';
    if (extent == HelpExtent::needed && !needed_.empty()) {
        out += '\n';
        for (const auto& name : needed_) out += help_line(*find(name));
        return out + fmt::format("\nAll {} options: `carousel {} --help all`\n", names().size(),
                                 usage_.substr(0, usage_.find(' ')));
    }
    for (const Group& group : groups_) {
        out += '\n' + group.title + ":\n";
        for (const Option& option : group.options) out += help_line(option);
    }
    return out;
}

OptionValue flag(bool& target, bool meaning) {
    return {"", "", [&target, meaning](std::string_view name, const std::string& word) {
                static constexpr std::array<std::string_view, 2> k_answers{"no", "yes"};
                target = (parse_word(name, word, k_answers) == 1) == meaning;
            }};
}

}  // namespace carousel
