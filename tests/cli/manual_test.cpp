#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "cli/command_options.hpp"
#include "support/places.hpp"

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

/// The options of each command.
std::map<std::string, std::set<std::string>> all_commands() {
    GlobalOptions global;
    std::map<std::string, std::set<std::string>> commands;
    const auto add = [&](const char* command, auto options) {
        const OptionTable table = option_table(options, global);
        for (const auto name : table.names()) commands[command].emplace(name);
    };
    add("TRAIN", TrainOptions{});
    add("PLAN", PlanOptions{});
    add("COMPARE", CompareOptions{});
    add("GENERATE", GenerateOptions{});
    add("EVALUATE", EvaluationRequest{});
    add("INSPECT", InspectOptions{});
    add("MODELS", ModelsOptions{});
    add("EXPORT", ExportOptions{});
    add("IMPORT", ImportRequest{});
    add("AVERAGE", AverageRequest{});
    add("COMPRESS", CompressOptions{});
    add("DECOMPRESS", DecompressOptions{});
    add("FILL", FillOptions{});
    add("CORRECT", CorrectOptions{});
    add("LAB", LabOptions{});
    add("BENCHMARK", BenchmarkOptions{});
    return commands;
}

std::string manual_page() {
    std::ifstream stream(build_root() / "docs/carousel.1", std::ios::binary);
    REQUIRE(stream);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_SUITE("cli/manual") {
    TEST_CASE("the manual page names every option and no other") {
        const auto told = options_in(manual_page());
        std::set<std::string> known{"version"};  // belongs to no command
        for (const auto& [command, options] : all_commands())
            known.insert(options.begin(), options.end());
        for (const auto& name : known) CHECK_MESSAGE(told.contains(name), name);
        for (const auto& name : told) CHECK_MESSAGE(known.contains(name), name);
    }

    TEST_CASE("the manual page has a section for each command") {
        const auto page = manual_page();
        for (const auto& [command, options] : all_commands())
            CHECK_MESSAGE(page.find(".SH " + command + "\n") != std::string::npos, command);
    }
}
