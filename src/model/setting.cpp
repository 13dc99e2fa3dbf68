#include "model/setting.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace carousel {

namespace {

std::string with_dashes_as(char other, std::string_view name) {
    std::string result(name);
    std::ranges::replace(result, '-', other);
    return result;
}

}  // namespace

std::string interval(const WholeRange& range) {
    return fmt::format("[{}, {}]", range.low, range.high);
}

std::string interval(const RealRange& range) {
    return fmt::format("{}{}, {}{}", range.without_low ? '(' : '[', range.low, range.high,
                       range.without_high ? ')' : ']');
}

std::string format_value(float value) {
    return fmt::format("{}", value);
}

std::string format_value(double value) {
    return fmt::format("{}", value);
}

std::string noun_of(const SettingWords& setting) {
    return setting.noun.empty() ? with_dashes_as(' ', setting.name) : std::string(setting.noun);
}

std::string key_of(const SettingWords& setting) {
    return with_dashes_as('_', setting.name);
}

}  // namespace carousel
