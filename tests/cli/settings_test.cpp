#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.hpp"
#include "cli/command_line.hpp"

using namespace carousel;

namespace {

Command parse(const std::vector<std::string>& words) {
    std::vector<const char*> arguments{"carousel"};
    for (const auto& word : words) arguments.push_back(word.c_str());
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data()).command;
}

/// What `train` is asked for when one option is given.
TrainingRequest asked(std::string_view name, const std::string& value) {
    return std::get<TrainOptions>(parse({"train", "--" + std::string(name), value}));
}

/// A value that is not the default.
template <typename Config, typename Value>
Value another(const Setting<Config, Value>& setting) {
    const Value standard = Config{}.*setting.field;
    if constexpr (Worded<Value>) {
        return static_cast<Value>(standard == Value{} ? 1 : 0);
    } else if constexpr (std::is_same_v<Value, std::string>) {
        return "koi8-r";
    } else if constexpr (requires { setting.range.contains(standard); }) {
        return static_cast<Value>(
            setting.range.contains(standard + 1) ? standard + 1 : standard / 2 + Value(0.25));
    } else {
        return standard;
    }
}

/// A word outside of the range of a setting; empty where there is none.
template <typename Config, typename Value>
std::string outside(const Setting<Config, Value>& setting) {
    if constexpr (Worded<Value>) return "neither";
    if constexpr (std::is_same_v<decltype(setting.range), RealRange>)
        return format_value(setting.range.high + 1);
    if constexpr (std::is_same_v<decltype(setting.range), WholeRange>)
        if (setting.range.high < std::numeric_limits<std::uint64_t>::max())
            return format_value(setting.range.high + 1);
    return {};
}

/// Checks the option of each setting. `given`: of a request.
template <typename Config>
void check_options(Given<Config> TrainingRequest::*given) {
    const auto help = std::get<HelpRequest>(parse({"train", "--help", "all"})).text;
    for_each_setting<Config>([&](const auto& setting) {
        if (!setting.is_option()) return;
        CAPTURE(setting.name);
        const auto value = another(setting);
        const auto request = asked(setting.name, std::string(format_value(value)));
        Config expected;
        expected.*setting.field = value;
        CHECK((request.*given)[setting.field] == value);
        CHECK((request.*given).over({}) == expected);
        CHECK(help.find("--" + std::string(setting.name) + " ") != std::string::npos);
        if (const auto word = outside(setting); !word.empty())
            CHECK_THROWS_AS(asked(setting.name, word), UsageError);
    });
}

}  // namespace

TEST_SUITE("cli/settings") {
    TEST_CASE("every setting is an option that reaches its field alone and keeps to its range") {
        check_options(&TrainingRequest::decoding);
        check_options(&TrainingRequest::text);
        check_options(&TrainingRequest::architecture);
        check_options(&TrainingRequest::training);
    }

    TEST_CASE("text and architecture of a model are fixed when its training goes on") {
        const auto check_fixed = [](const auto& setting) {
            if (setting.is_option()) CHECK_MESSAGE(setting.fixed, setting.name);
        };
        for_each_setting<TextSettings>(check_fixed);
        for_each_setting<DecodingSettings>(check_fixed);
        for_each_setting<LanguageModelConfig>(check_fixed);
    }
}
