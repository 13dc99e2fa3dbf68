#include <doctest/doctest.h>

#include <cctype>
#include <fstream>
#include <set>
#include <string>

#include "base/error.hpp"
#include "cli/command_line.hpp"
#include "fuzz/campaign.hpp"
#include "fuzz/here.hpp"
#include "support/temporary_folder.hpp"
#include "text/printable.hpp"

using namespace carousel;

namespace {

constexpr std::string_view k_commands[] = {"train", "generate",  "evaluate", "inspect", "export",
                                           "plan",  "benchmark", "help",     "import",  "average"};

/// The words of all help, options among them, as lines to be mixed.
std::vector<std::string> known_words() {
    std::set<std::string> words;
    for (const auto command : k_commands) {
        const auto help = run_here({std::string(command), "--help"}).out;
        std::string word;
        for (const char c : help + ' ') {
            if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.') {
                word += c;
            } else {
                if (!word.empty()) words.insert('\n' + word);
                word.clear();
            }
        }
    }
    return {words.begin(), words.end()};
}

/// What goes wrong with a command line, a word a line; behind an empty line stands a configuration
/// file. Nothing is run.
std::string flaw(const std::string& input, const TemporaryFolder& folder) {
    std::vector<std::string> words{"carousel"};
    const auto end = std::min(input.find("\n\n"), input.size());
    for (std::size_t at = 0; at < end;) {
        const auto next = std::min(input.find('\n', at), end);
        // No argument of a program holds a NUL.
        std::string word = input.substr(at, next - at);
        words.push_back(word.substr(0, word.find('\0')));
        at = next + 1;
    }
    if (end < input.size()) {
        std::ofstream(folder / "a.conf", std::ios::binary) << input.substr(end + 2);
        words.insert(words.begin() + std::min<std::ptrdiff_t>(2, std::ssize(words)),
                     {"--config", (folder / "a.conf").string()});
    }
    std::vector<const char*> arguments;
    for (const auto& word : words) arguments.push_back(word.c_str());
    try {
        parse_command_line(static_cast<int>(arguments.size()), arguments.data());
    } catch (const Error& error) {
        const std::string why = printable(error.what());
        if (why.empty()) return "a refusal without a word";
        if (why.size() > 4 * input.size() + 4000) return "a refusal fills the screen";
    }
    return {};
}

}  // namespace

TEST_SUITE("fuzz/options") {
    TEST_CASE("no command line and no configuration file is worse than refused with a message") {
        const TemporaryFolder folder;
        auto words = known_words();
        REQUIRE(words.size() > 100);
        for (const char* value : {"\n-1", "\n1e999", "\nnan", "\n0x10", "\n1h30m", "\n0,5", "\n-",
                                  "\n--", "\n=", "\n\xFF", "\n\u202E", "\n\x1b[2J",
                                  "\n18446744073709551616", "\n\"", " = ", "#", "\n\n"})
            words.emplace_back(value);
        run({.name = "options",
             .seeds =
                 {"train\ntext.txt\n--steps\n5\n--hidden-size\n12\n--seed\n1",
                  "generate\n--model\nm.carousel\n--length\n5\n--temperature\n0.7\n--stop\n\\n",
                  "evaluate\ntext.txt\n--model\nm.carousel\n--adapt\n--html\np.html",
                  "inspect\nm.carousel\n--json", "export\nm.carousel\n--precision\nint8",
                  "plan\ntext.txt\n--time\n10m", "benchmark\n--seconds\n1",
                  "generate\n\nprompt = \"The sea\"\nlength = 5\n# no more\ntemperature=0.5"},
             .words = words,
             .usual = 4000,
             .mutate = {},
             .harness = [&](const std::string& input) { return flaw(input, folder); }});
    }
}
