#include "base/shell_word.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

/// What a shell sees where `word` stands on its command line.
std::string seen_by_shell(const std::string& word) {
    const TemporaryFolder folder;
    std::ofstream(folder / "script", std::ios::binary)
        << "printf '%s' " << word << " > '" << (folder / "seen").string() << "'\n";
    REQUIRE(std::system(("bash '" + (folder / "script").string() + "'").c_str()) == 0);
    std::ifstream seen(folder / "seen", std::ios::binary);
    return {std::istreambuf_iterator<char>(seen), {}};
}

bool is_harmless(const std::string& text) {
    for (const char c : text)
        if (c < ' ' || c > '~') return false;
    return true;
}

}  // namespace

TEST_SUITE("base/shell_word") {
    TEST_CASE("a shell sees the text again, whatever it holds") {
        for (const char* text :
             {"", "models/my novel.carousel", "it's", "'", "a\\b", "$HOME `id` $(id) ~ !! * ? [a]",
              "\"quoted\"", "#no", "=no", "a;b|c&d>e<f", "{a,b}", "caf\u00e9 \u65e5\u672c",
              "a\nb\tc", "\x1b[31m red", "bad \xff\xfe bytes", "\u202etxt.exe", "'\x01\\'7"}) {
            CAPTURE(text);
            CHECK(seen_by_shell(shell_word(text)) == text);
        }
    }

    TEST_CASE("what needs no quotes gets none") {
        CHECK(shell_word("models/verse.carousel") == "models/verse.carousel");
        CHECK(shell_word("--length=5") == "--length=5");
        CHECK(shell_word("The sea") == "'The sea'");
        CHECK(shell_word("caf\u00e9") == "'caf\u00e9'");
    }

    TEST_CASE("what could drive a terminal is spelled") {
        for (const char* text : {"\x1b[31m", "a\nb", "\xff", "\u202etxt.exe"})
            CHECK_MESSAGE(is_harmless(shell_word(text)), text);
    }

    TEST_CASE("no file name is taken for an option") {
        CHECK(shell_path("--resume") == "./--resume");
        CHECK(shell_path("-x y") == "'./-x y'");
        CHECK(shell_path("-") == "-");
        CHECK(shell_path("a/-b") == "a/-b");
    }
}
