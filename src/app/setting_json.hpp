#pragma once

#include <nlohmann/json.hpp>

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

}  // namespace carousel
