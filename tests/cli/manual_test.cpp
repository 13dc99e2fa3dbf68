#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "cli/command_options.hpp"

using namespace carousel;

namespace {

/// All options that `text` spells, without their dashes; a manual page writes each dash as `\-`.
std::set<std::string> options_in(std::string text) {
    std::erase(text, '\\');
    static const std::regex k_option("--([a-z][a-z0-9-]*)");
    std::set<std::string> names;
    for (std::sregex_iterator found(text.begin(), text.end(), k_option), end; found != end;
         ++found) {
        names.insert((*found)[1]);
    }
    return names;
}

std::set<std::string> options_of_all_commands() {
    GlobalOptions global;
    std::set<std::string> names{"version"};
    const auto add = [&](auto options) {
        const OptionTable table = option_table(options, global);
        for (const auto name : table.names()) names.emplace(name);
    };
    add(TrainOptions{});
    add(PlanOptions{});
    add(GenerateOptions{});
    add(EvaluateOptions{});
    add(InspectOptions{});
    add(ExportOptions{});
    add(BenchmarkOptions{});
    return names;
}

}  // namespace

TEST_SUITE("cli/manual") {
    TEST_CASE("the manual page names every option and no other") {
        std::ifstream stream(CAROUSEL_SOURCE_ROOT "/docs/carousel.1", std::ios::binary);
        REQUIRE(stream);
        const auto told = options_in({std::istreambuf_iterator<char>(stream), {}});
        const auto known = options_of_all_commands();
        for (const auto& name : known) CHECK_MESSAGE(told.contains(name), name);
        for (const auto& name : told) CHECK_MESSAGE(known.contains(name), name);
    }
}
