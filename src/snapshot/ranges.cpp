#include "snapshot/ranges.hpp"

#include <fmt/format.h>

#include <concepts>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "snapshot/fields.hpp"

namespace carousel {

namespace {

template <class T>
constexpr bool k_is_list = false;
template <class T>
constexpr bool k_is_list<std::vector<T>> = true;

template <class T>
constexpr bool k_is_optional = false;
template <class T>
constexpr bool k_is_optional<std::optional<T>> = true;

/// No value of these is wrong: the archive has read one of the words, or 0 or 1.
template <class T>
constexpr bool k_is_sound =
    std::is_enum_v<T> || std::same_as<T, bool> || std::same_as<T, Sha256Digest>;

template <class Range, class T>
void require(std::string_view noun, const Range& range, const T& value) {
    if constexpr (std::same_as<Range, AsParameters>) {
        return;  // `require_valid` does it, which knows what is expected
    } else if constexpr (k_is_list<T>) {
        for (const auto& item : value) require(noun, range, item);
    } else if constexpr (k_is_optional<T>) {
        if (value) require(noun, range, *value);
    } else if constexpr (Recorded<T>) {
        for_each_field<T>(
            [&](const auto& field) { require(field.noun, field.range, value.*field.place); });
    } else if constexpr (Described<T>) {
        for_each_setting<T>([&](const auto& setting) {
            require(fmt::format("the {}", noun_of(setting)), setting.range, value.*setting.field);
        });
    } else if constexpr (std::same_as<T, std::string>) {
        const std::size_t longest = [&] {
            if constexpr (std::same_as<Range, TextRange>) return range.longest;
            return k_name.longest;  // of a setting that is any text
        }();
        if (value.size() > longest)
            throw std::invalid_argument(
                fmt::format("{} has {} bytes, where {} are allowed", noun, value.size(), longest));
    } else if constexpr (std::is_arithmetic_v<T> && !std::same_as<T, bool>) {
        static_assert(!std::same_as<Range, NoRange>, "every number of a file has a range");
        if (!range.contains(value))
            throw std::invalid_argument(
                fmt::format("{} is {}, not in {}", noun, value, interval(range)));
    } else {
        static_assert(k_is_sound<T>, "a field of a record that nobody checks");
    }
}

}  // namespace

void require_ranges(const Snapshot& snapshot) {
    require({}, NoRange{}, snapshot);
}

}  // namespace carousel
