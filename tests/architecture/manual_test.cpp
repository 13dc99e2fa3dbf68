#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

const std::filesystem::path k_source = CAROUSEL_SOURCE_FOLDER;

std::string contents(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    REQUIRE_MESSAGE(stream, file.string());
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// What the first group of `pattern` matches, wherever it is found in `text`.
std::set<std::string> found(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> words;
    for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end;
         ++match)
        words.insert((*match)[1].str());
    return words;
}

/// The manual page without the backslashes before its dashes.
std::string manual_page() {
    return std::regex_replace(contents(k_source / "../docs/carousel.1"), std::regex(R"(\\-)"), "-");
}

}  // namespace

TEST_SUITE("architecture/manual") {
    TEST_CASE("the manual page names the options of the program, all and no others") {
        std::set<std::string> options;
        for (const char* file :
             {"command_options.cpp", "training_options.cpp", "option_rows.hpp", "option_rows.cpp"})
            options.merge(found(contents(k_source / "cli" / file), R"(\.add\(\s*"([a-z0-9-]+)\")"));
        REQUIRE(options.size() > 40);
        options.insert("version");  // belongs to no command
        const auto named = found(manual_page(), "--([a-z][a-z0-9-]*)");
        for (const auto& option : options) CHECK_MESSAGE(named.contains(option), option);
        for (const auto& option : named) CHECK_MESSAGE(options.contains(option), option);
    }

    TEST_CASE("the manual page has a section for each command") {
        const auto commands =
            found(contents(k_source / "cli/options.cpp"), R"(CommandEntry\{"([a-z]+)\")");
        REQUIRE(commands.size() > 3);
        const auto page = manual_page();
        for (auto command : commands) {
            for (char& letter : command) letter = static_cast<char>(letter - 'a' + 'A');
            CHECK_MESSAGE(page.find(".SH " + command + "\n") != std::string::npos, command);
        }
    }
}
