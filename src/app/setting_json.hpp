#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "base/quantity.hpp"
#include "model/setting.hpp"
#include "model/training_config.hpp"

namespace carousel {

// Settings as JSON: each under its name with underscores.

inline nlohmann::ordered_json json_of(const std::string& value) {
    return value.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
}
inline nlohmann::ordered_json json_of(float value) {
    return as_written(value);
}
inline nlohmann::ordered_json json_of(std::integral auto value) {
    return value;
}
inline nlohmann::ordered_json json_of(Worded auto value) {
    return format_value(value);
}
inline nlohmann::ordered_json json_of(const TrainingLength& length) {
    return {{"kind", format_value(length.kind)}, {"amount", length.amount}};
}

/// Adds all settings of `config`; a key that is there already keeps its place.
template <Described Config>
void add_settings(nlohmann::ordered_json& json, const Config& config) {
    for_each_setting<Config>(
        [&](const auto& setting) { json[key_of(setting)] = json_of(config.*setting.field); });
}

// And back. What is read may come from a stranger: each throws std::invalid_argument for a value of
// another kind, or a number that its setting cannot hold. Ranges are whoever's who reads.

inline void read_json(const nlohmann::ordered_json& json, std::string& value) {
    if (!json.is_null() && !json.is_string()) throw std::invalid_argument("it is no text");
    value = json.is_null() ? "" : json.get<std::string>();
}
inline void read_json(const nlohmann::ordered_json& json, std::floating_point auto& value) {
    if (!json.is_number()) throw std::invalid_argument("it is no number");
    value = json.get<std::remove_reference_t<decltype(value)>>();
}
template <std::integral Number>
void read_json(const nlohmann::ordered_json& json, Number& value) {
    if (!json.is_number_unsigned() || !std::in_range<Number>(json.get<std::uint64_t>()))
        throw std::invalid_argument("it is no whole number of its range");
    value = json.get<Number>();
}
template <Worded Enumeration>
void read_json(const nlohmann::ordered_json& json, Enumeration& value) {
    const auto& words = k_words<Enumeration>;
    const auto word = json.is_string() ? json.get<std::string>() : std::string();
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) throw std::invalid_argument("it is none of its words");
    value = static_cast<Enumeration>(found - words.begin());
}
inline void read_json(const nlohmann::ordered_json& json, TrainingLength& length) {
    read_json(json.at("kind"), length.kind);
    read_json(json.at("amount"), length.amount);
}

/// Those settings of `config` that are there; the others stay.
/// Throws: std::invalid_argument naming the setting.
template <Described Config>
void read_settings(const nlohmann::ordered_json& json, Config& config) {
    for_each_setting<Config>([&](const auto& setting) {
        const auto found = json.find(key_of(setting));
        if (found == json.end()) return;
        try {
            read_json(*found, config.*setting.field);
        } catch (const std::exception& error) {
            throw std::invalid_argument("the " + noun_of(setting) +
                                        " makes no sense: " + error.what());
        }
    });
}

}  // namespace carousel
