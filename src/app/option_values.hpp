#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/words.hpp"
#include "model/setting.hpp"
#include "model/training_config.hpp"

namespace carousel {

namespace detail {
template <typename T>
struct Content {
    using type = T;
};
template <typename T>
struct Content<std::optional<T>> {
    using type = T;
};
}  // namespace detail

/// The type of a field that may be optional.
template <typename Target>
using ContentOf = typename detail::Content<Target>::type;

/// Position of `word` among `words`, in capitals too. Throws: UsageError naming the option, all
/// words and the nearest one.
std::size_t parse_word(std::string_view option, std::string_view word,
                       std::span<const std::string_view> words);

/// Throws: UsageError for an empty word.
void require_text(std::string_view option, std::string_view word);

template <Worded Enumeration>
Enumeration parse_choice(std::string_view option, std::string_view word) {
    return static_cast<Enumeration>(parse_word(option, word, k_words<Enumeration>));
}

/// "1 to 16", "at least 1" where the upper bound is that of the type; "0 to less than 1".
std::string format_range(const WholeRange& range);
std::string format_range(const RealRange& range);

/// Numbers in decimal, the same in every locale; the range holds for the number as it is kept.
/// Throws: UsageError naming the option, its range, `word`, and what may have been meant by a word
/// such as 0,7 or 10k.
std::uint64_t parse_whole(std::string_view option, std::string_view word, const WholeRange& range);
template <std::floating_point Number>
Number parse_real(std::string_view option, std::string_view word, const RealRange& range);

/// The value of a setting. Throws: UsageError as above; for a text that is empty.
template <typename Value>
Value parse_value(std::string_view option, std::string_view word, const RangeOf<Value>& range) {
    if constexpr (Worded<Value>) {
        return parse_choice<Value>(option, word);
    } else if constexpr (std::integral<Value>) {
        return static_cast<Value>(parse_whole(option, word, range));
    } else if constexpr (std::floating_point<Value>) {
        return parse_real<Value>(option, word, range);
    } else {
        require_text(option, word);
        return Value(word);
    }
}

/// Shortest and longest time that options take, in seconds.
constexpr double k_shortest_time = 0.1, k_longest_time = 365.0 * 86400;

/// Seconds from `90s`, `10m`, `2h`, `1h30m` or `0.5s`. Throws: UsageError, also for a number
/// without unit.
double parse_seconds(std::string_view option, std::string_view word);

/// `500` is a number of steps, `10m` a time. Throws: UsageError.
TrainingLength parse_steps_or_time(std::string_view option, std::string_view word);

}  // namespace carousel
