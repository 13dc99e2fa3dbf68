#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "cli/option_table.hpp"
#include "cli/options.hpp"
#include "model/setting.hpp"

// Rows that the tables of several commands share, and rows from the descriptions of settings.

namespace carousel {

/// The option of a setting, which fills a field or an optional for it.
template <typename Config, typename Value, typename Target>
OptionValue value_of(const Setting<Config, Value>& setting, Target& target) {
    if constexpr (Worded<Value>) {
        return choice(target);
    } else if constexpr (std::is_same_v<decltype(setting.range), WholeRange>) {
        return whole(target, setting.range);
    } else if constexpr (std::is_same_v<decltype(setting.range), RealRange>) {
        return real(target, setting.range);
    } else if constexpr (std::is_same_v<Value, std::string>) {
        return text(target, "NAME");
    } else {
        return {};  // it has options of its own
    }
}

/// Its default as help tells it.
template <typename Config, typename Value>
std::string standard_of(const Setting<Config, Value>& setting) {
    if (!setting.standard.empty()) return std::string(setting.standard);
    return std::string(format_value(Config{}.*setting.field));
}

/// A row for one setting. `standard`: its default in words.
template <typename Config, typename Value, typename Target>
void add_setting(OptionTable& table, const Setting<Config, Value>& setting, Target& target,
                 std::string standard) {
    table.add(std::string(setting.name), value_of(setting, target), std::string(setting.meaning),
              std::move(standard));
}

/// The same for a field of which something may be given.
template <typename Config, typename Value>
void add_setting(OptionTable& table, Value Config::*field, Given<Config>& given) {
    const auto& setting = setting_of(field);
    add_setting(table, setting, given[field], standard_of(setting));
}

/// A row for each setting of a Config that is an option.
template <typename Config>
void add_settings(OptionTable& table, Given<Config>& given) {
    given.for_each([&](const auto& setting, auto& value) {
        if (setting.is_option()) add_setting(table, setting, value, standard_of(setting));
    });
}

/// Where the text is that of a model: its corpus tells how files are decoded.
void add_decoding_of_model(OptionTable& table, Given<DecodingSettings>& given,
                           const char* encoding);

/// Which files of directories are read.
void add_patterns(OptionTable& table, std::vector<std::string>& include,
                  std::vector<std::string>& exclude);

/// A model that is used, not trained.
void add_model(OptionTable& table, std::optional<std::filesystem::path>& model);

void add_threads(OptionTable& table, std::optional<int>& threads, const char* standard);

void add_json(OptionTable& table, bool& json);

void add_common(OptionTable& table, GlobalOptions& global);

}  // namespace carousel
