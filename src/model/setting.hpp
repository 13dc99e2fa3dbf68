#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/words.hpp"

namespace carousel {

// A setting is a field of a config struct that a person may choose. It is described once, in a
// header beside that of the struct, as an entry of `k_settings`, and everything that people or
// files see of it visits this description: the option with its range and errors, help, manual page
// and completion, the record in model files and the check of what they hold, JSON, pages, and what
// may change on resume.
//
// To read: `setting`, then `k_settings<TrainingConfig>` in `training_descriptions.hpp`, then
// `Given`.

/// Whole numbers from `low` to `high`.
struct WholeRange {
    std::uint64_t low = 0;
    std::uint64_t high = std::numeric_limits<std::uint64_t>::max();

    bool contains(std::integral auto value) const {
        return value >= 0 && static_cast<std::uint64_t>(value) >= low &&
               static_cast<std::uint64_t>(value) <= high;
    }
};

/// Real numbers between two bounds, of which each may be left out itself.
struct RealRange {
    double low = 0, high = 1;
    bool without_low = false, without_high = false;

    bool contains(double value) const {
        return (without_low ? value > low : value >= low) &&
               (without_high ? value < high : value <= high);
    }
};

inline constexpr RealRange k_below_one{.low = 0, .high = 1, .without_high = true};

/// "[1, 16]", "[0, 1)".
std::string interval(const WholeRange& range);
std::string interval(const RealRange& range);

/// The range of what has words for its values, or any text.
struct NoRange {};

template <typename Value>
using RangeOf = std::conditional_t<std::floating_point<Value>, RealRange,
                                   std::conditional_t<std::integral<Value>, WholeRange, NoRange>>;

/// A value as options, messages and pages spell it: an enumeration's is its word
/// (`base/words.hpp`), a number is in decimal with as many digits as it needs, a text is itself.
std::string format_value(float value);
std::string format_value(double value);
std::string format_value(std::integral auto value) {
    return std::to_string(value);
}
inline std::string format_value(const std::string& value) {
    return value;
}

/// Bound on counts of steps, epochs and validations; a double holds each of them exactly.
constexpr std::uint64_t k_most_steps = 1'000'000'000'000;

/// What is said of a setting to people.
struct SettingWords {
    std::string_view name;        ///< as the option has it, without dashes: `learning-rate`
    std::string_view meaning{};   ///< in help; empty: no option has this name
    std::string_view noun{};      ///< in messages, "the window"; empty: the name with blanks
    std::string_view standard{};  ///< its default in help; empty: that of the struct
    bool planned = false;         ///< a plan chooses it where nothing else does
    bool fixed = false;           ///< a resumed training must go on with it as it is
    std::uint64_t since = 1;      ///< the first version of model files that has it
};

/// "learning rate", as messages call it after "the".
std::string noun_of(const SettingWords& setting);

/// "learning_rate", its key in JSON.
std::string key_of(const SettingWords& setting);

/// A field of a Config and what is said of it.
template <typename Config, typename Value>
struct Setting : SettingWords {
    Value Config::*field;
    RangeOf<Value> range;

    using Type = Value;
    constexpr bool is_option() const { return !meaning.empty(); }
};

/// Range: of the option, and of a value in a model file.
template <typename Config, typename Value>
constexpr Setting<Config, Value> setting(Value Config::*field, RangeOf<Value> range,
                                         const SettingWords& words) {
    return {words, field, range};
}

/// The same for what has words for its values, or any text.
template <typename Config, typename Value>
constexpr Setting<Config, Value> setting(Value Config::*field, const SettingWords& words) {
    return {words, field, {}};
}

/// Descriptions of all fields of a Config, in the order of help and of its record in model files. A
/// new one stands behind the others and says `since` which version of the format it is there; any
/// other change makes old files unreadable (`docs/snapshot_format.md`).
template <typename Config>
inline constexpr std::tuple<> k_settings{};

/// A struct whose fields are settings.
template <typename T>
concept Described = std::tuple_size_v<std::remove_const_t<decltype(k_settings<T>)>> >
0;

template <Described Config>
constexpr void for_each_setting(auto&& visit) {
    std::apply([&](const auto&... each) { (visit(each), ...); }, k_settings<Config>);
}

/// The description of a field.
template <Described Config, typename Value>
constexpr const Setting<Config, Value>& setting_of(Value Config::*field) {
    const Setting<Config, Value>* found = nullptr;
    for_each_setting<Config>([&](const auto& each) {
        if constexpr (std::same_as<decltype(each), const Setting<Config, Value>&>)
            if (each.field == field) found = &each;
    });
    if (found == nullptr) throw std::logic_error("a field of a config has no description");
    return *found;
}

/// Those settings of a Config that somebody chose: an optional for each.
template <Described Config>
class Given {
public:
    /// What was given for a field, as in `given[&TrainingConfig::window]`.
    template <typename Value>
    std::optional<Value>& operator[](Value Config::*field) {
        std::optional<Value>* found = nullptr;
        for_each([&](const auto& each, auto& value) {
            if constexpr (std::same_as<decltype(each), const Setting<Config, Value>&>)
                if (each.field == field) found = &value;
        });
        if (found == nullptr) throw std::logic_error("a field of a config has no description");
        return *found;
    }
    template <typename Value>
    const std::optional<Value>& operator[](Value Config::*field) const {
        return const_cast<Given&>(*this)[field];
    }

    /// Calls `visit(setting, optional)` for each setting.
    void for_each(auto&& visit) { for_each_of(values_, visit); }
    void for_each(auto&& visit) const { for_each_of(values_, visit); }

    bool any() const {
        return std::apply([](const auto&... value) { return (value.has_value() || ...); }, values_);
    }

    /// `config`, but for what was given.
    Config over(Config config) const {
        for_each([&](const auto& each, const auto& value) {
            if (value) config.*each.field = *value;
        });
        return config;
    }

private:
    static void for_each_of(auto& values, auto& visit) {
        std::apply(
            [&](const auto&... each) {
                std::apply([&](auto&... value) { (visit(each, value), ...); }, values);
            },
            k_settings<Config>);
    }

    template <typename... Settings>
    static std::tuple<std::optional<typename Settings::Type>...> optionals(
        const std::tuple<Settings...>&);

    decltype(optionals(k_settings<Config>)) values_;
};

}  // namespace carousel
