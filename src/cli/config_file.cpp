#include "cli/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

constexpr std::string_view k_space = " \t\r";
constexpr std::uint64_t k_largest_file = 1 << 20;

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(k_space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(k_space) - begin + 1);
}

std::string_view without_comment(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '#' && (i == 0 || k_space.find(line[i - 1]) != std::string_view::npos)) {
            return line.substr(0, i);
        }
    }
    return line;
}

/// What stands in quotes, `"The sea"  # so`, as it is; any other value without its comment.
std::string_view value_of(std::string_view text) {
    text = trim(text);
    const auto close = text.starts_with('"') || text.starts_with('\'') ? text.find(text.front(), 1)
                                                                       : std::string_view::npos;
    if (close != std::string_view::npos &&
        trim(without_comment(text.substr(close + 1, std::string_view::npos))).empty()) {
        return text.substr(1, close - 1);
    }
    return trim(without_comment(text));
}

}  // namespace

std::vector<ConfigLine> read_config_file(const std::filesystem::path& path) {
    const std::string content = read_file(path, k_largest_file);
    std::string_view rest = content;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    std::vector<ConfigLine> lines;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.front() == '#') continue;
        const auto equals = line.find('=');
        const auto name = trim(line.substr(0, std::min(equals, line.size())));
        if (equals == std::string_view::npos || name.empty()) {
            throw UsageError(
                fmt::format("{}, line {}: expected \"name = value\", an option without its dashes "
                            "and its value (yes or no for a flag).",
                            shown_path(path), number));
        }
        lines.push_back(
            {std::string(name), std::string(value_of(line.substr(equals + 1))), number});
    }
    return lines;
}

}  // namespace carousel
