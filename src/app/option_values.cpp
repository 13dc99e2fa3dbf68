#include "app/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "app/nearest_word.hpp"
#include "base/error.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

// `meant`: what somebody may have meant by it, where that can be told.
[[noreturn]] void refuse(std::string_view option, std::string_view expected, std::string_view word,
                         const std::optional<std::string>& meant = std::nullopt) {
    throw UsageError(fmt::format("{} takes {}, not \"{}\".{}", option, expected,
                                 printable(word, Whitespace::escape),
                                 meant ? fmt::format(" Did you mean {}?", *meant) : ""));
}

template <typename Number>
std::optional<Number> parse_number(std::string_view word) {
    Number number{};
    const auto result = std::from_chars(word.data(), word.data() + word.size(), number);
    if (result.ec != std::errc{} || result.ptr != word.data() + word.size()) return std::nullopt;
    return number;
}

// 1,000 and 1_000; 10k; 1e6.
std::optional<std::uint64_t> whole_number_meant(std::string_view word) {
    std::string digits(word);
    std::erase_if(digits, [](char c) { return c == ',' || c == '_' || c == '\''; });
    double unit = 1;
    if (digits.ends_with('k') || digits.ends_with('K')) unit = 1e3;
    if (digits.ends_with('M')) unit = 1e6;
    if (unit > 1) digits.pop_back();
    const auto number = parse_number<double>(digits);
    if (!number || !(*number >= 0) || *number * unit >= 1e18) return std::nullopt;
    const auto whole = static_cast<std::uint64_t>(*number * unit);
    return static_cast<double>(whole) == *number * unit ? std::optional(whole) : std::nullopt;
}

// 0,7 as it is written in half of the world.
std::string with_decimal_point(std::string_view word) {
    std::string text(word);
    if (std::ranges::count(text, ',') == 1) std::ranges::replace(text, ',', '.');
    return text;
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

// 10min, 1.5 hours, 1,5h.
std::string time_meant(std::string_view word) {
    const auto is_letter = [](char c) { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z'); };
    std::string time;
    char before = 0;
    for (const char c : with_decimal_point(word)) {
        if (c == ' ') continue;
        if (!is_letter(c) || !is_letter(before))
            time += is_letter(c) ? static_cast<char>(c | 0x20) : c;
        before = c;
    }
    return time;
}

// Words are the same in capitals and with `_` for `-`.
char folded(char c) {
    return c == '_' ? '-' : 'A' <= c && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

void require_text(std::string_view name, std::string_view word) {
    if (word.empty()) throw UsageError(fmt::format("{} takes a text that is not empty.", name));
}

std::size_t parse_word(std::string_view option, std::string_view word,
                       std::span<const std::string_view> words) {
    std::string same(word);
    std::ranges::transform(same, same.begin(), folded);
    const auto found = std::ranges::find(words, same);
    if (found == words.end()) {
        const auto nearest = nearest_word(same, {words.begin(), words.end()});
        refuse(option,
               fmt::format("{}{}", words.size() > 1 ? "one of " : "", fmt::join(words, ", ")), word,
               nearest ? std::optional<std::string>(*nearest) : std::nullopt);
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
    if (!number || !range.contains(*number)) {
        const auto meant = number ? std::nullopt : whole_number_meant(word);
        refuse(
            option, fmt::format("a whole number from {} to {}", range.low, range.high), word,
            meant && range.contains(*meant) ? std::optional(std::to_string(*meant)) : std::nullopt);
    }
    return *number;
}

template <std::floating_point Number>
Number parse_real(std::string_view option, std::string_view word, const RealRange& range) {
    const auto number = parse_number<Number>(word);
    if (!number || !range.contains(static_cast<double>(*number))) {
        const auto meant = with_decimal_point(word);
        const auto other = number ? std::nullopt : parse_number<double>(meant);
        refuse(option, "a number from " + format_range(range), word,
               other && range.contains(*other) ? std::optional(meant) : std::nullopt);
    }
    return *number;
}

template float parse_real(std::string_view, std::string_view, const RealRange&);
template double parse_real(std::string_view, std::string_view, const RealRange&);

double parse_seconds(std::string_view option, std::string_view word) {
    const auto seconds = read_time(word);
    if (!seconds || *seconds < k_shortest_time || *seconds > k_longest_time) {
        const auto meant = time_meant(word);
        const auto other = seconds ? std::nullopt : read_time(meant);
        refuse(option, k_time_form, word, other ? std::optional(meant) : std::nullopt);
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
