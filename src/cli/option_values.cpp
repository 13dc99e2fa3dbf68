#include "cli/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "base/error.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

[[noreturn]] void refuse(std::string_view option, std::string_view expected,
                         std::string_view word) {
    throw UsageError(fmt::format("{} takes {}, not \"{}\".", option, expected,
                                 printable(word, Whitespace::escape)));
}

template <typename Number>
std::optional<Number> parse_number(std::string_view word) {
    Number number{};
    const auto result = std::from_chars(word.data(), word.data() + word.size(), number);
    if (result.ec != std::errc{} || result.ptr != word.data() + word.size()) return std::nullopt;
    return number;
}

constexpr std::string_view k_time_form = "a time such as 90s, 10m, 2h or 1h30m, from 0.1s to 365d";

/// Seconds of one unit; 0 for a letter that is none.
double seconds_of(char unit) {
    switch (unit) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3600;
        case 'd':
            return 86400;
        default:
            return 0;
    }
}

/// The sum of pieces like `1h`, each with a smaller unit than the one before it.
std::optional<double> read_time(std::string_view word) {
    if (word.empty()) return std::nullopt;
    double total = 0, last_unit = std::numeric_limits<double>::infinity();
    while (!word.empty()) {
        const auto end = word.find_first_not_of("0123456789.");
        if (end == std::string_view::npos) return std::nullopt;
        const auto number = parse_number<double>(word.substr(0, end));
        const double unit = seconds_of(word[end]);
        if (!number || unit == 0 || unit >= last_unit) return std::nullopt;
        total += *number * unit;
        last_unit = unit;
        word.remove_prefix(end + 1);
    }
    return total;
}

}  // namespace

std::size_t parse_word(std::string_view option, std::string_view word,
                       std::span<const std::string_view> words) {
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) {
        refuse(option,
               fmt::format("{}{}", words.size() > 1 ? "one of " : "", fmt::join(words, ", ")),
               word);
    }
    return static_cast<std::size_t>(found - words.begin());
}

std::string format_range(const WholeRange& range) {
    // The bound of a type or of counting means nothing to a reader.
    if (range.high >= std::numeric_limits<std::uint32_t>::max())
        return fmt::format("at least {}", range.low);
    return fmt::format("{} to {}", range.low, range.high);
}

std::string format_range(const RealRange& range) {
    return fmt::format("{}{} to {}{}", range.without_low ? "more than " : "", range.low,
                       range.without_high ? "less than " : "", range.high);
}

std::uint64_t parse_whole(std::string_view option, std::string_view word, const WholeRange& range) {
    const auto number = parse_number<std::uint64_t>(word);
    if (!number || *number < range.low || *number > range.high) {
        refuse(option, fmt::format("a whole number from {} to {}", range.low, range.high), word);
    }
    return *number;
}

template <std::floating_point Number>
Number parse_real(std::string_view option, std::string_view word, const RealRange& range) {
    const auto number = parse_number<Number>(word);
    if (!number || !range.contains(static_cast<double>(*number))) {
        refuse(option, "a number from " + format_range(range), word);
    }
    return *number;
}

template float parse_real(std::string_view, std::string_view, const RealRange&);
template double parse_real(std::string_view, std::string_view, const RealRange&);

double parse_seconds(std::string_view option, std::string_view word) {
    const auto seconds = read_time(word);
    if (!seconds || *seconds < k_shortest_time || *seconds > k_longest_time) {
        refuse(option, k_time_form, word);
    }
    return *seconds;
}

TrainingLength parse_steps_or_time(std::string_view option, std::string_view word) {
    if (read_time(word))
        return {.kind = LengthKind::seconds, .amount = parse_seconds(option, word)};
    const auto steps = parse_number<std::uint64_t>(word);
    if (!steps || *steps < 1 || *steps > k_most_steps) {
        refuse(option,
               fmt::format("a number of steps from 1 to {}, or {}", k_most_steps, k_time_form),
               word);
    }
    return {.kind = LengthKind::steps, .amount = static_cast<double>(*steps)};
}

}  // namespace carousel
