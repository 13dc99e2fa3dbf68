#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/setting.hpp"
#include "model/training_descriptions.hpp"
#include "report/page.hpp"

namespace carousel {

// Settings as people read them on pages and in `inspect`.

/// A number with four digits.
std::string rounded(float value);

/// A row for each setting, "hidden size" and "512"; a number of 0 does nothing and is left out.
template <Described Config>
std::vector<PageRow> setting_rows(const Config& config) {
    std::vector<PageRow> rows;
    for_each_setting<Config>([&](const auto& setting) {
        const auto& value = config.*setting.field;
        if constexpr (requires { setting.range.contains(value); })
            if (value == 0) return;
        std::string name(setting.name);
        std::ranges::replace(name, '-', ' ');
        if constexpr (std::is_same_v<decltype(value), const float&>)
            rows.push_back({std::move(name), rounded(value)});
        else
            rows.push_back({std::move(name), std::string(format_value(value))});
    });
    return rows;
}

/// The same in one line: "cell lstm, layers 2".
template <Described Config>
std::string setting_line(const Config& config) {
    std::string line;
    for (const auto& [name, value] : setting_rows(config))
        line += (line.empty() ? "" : ", ") + name + ' ' + value;
    return line;
}

}  // namespace carousel
