#include "cli/config_file.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string_view>

#include "base/error.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

std::vector<ConfigLine> read(std::string_view text) {
    const TemporaryFolder folder;
    std::ofstream(folder / "a.conf", std::ios::binary) << text;
    return read_config_file(folder / "a.conf");
}

}  // namespace

TEST_SUITE("cli/config_file") {
    TEST_CASE("names and values come without the space around them, with their lines") {
        const auto lines = read("layers = 3\n\n  hidden-size=64  \n");
        REQUIRE(lines.size() == 2);
        CHECK(lines[0].name == "layers");
        CHECK(lines[0].value == "3");
        CHECK(lines[0].line == 1);
        CHECK(lines[1].name == "hidden-size");
        CHECK(lines[1].value == "64");
        CHECK(lines[1].line == 3);
    }

    TEST_CASE("a comment starts a line or stands behind a space") {
        const auto lines = read("# layers = 1\nstop = a#b # c\n");
        REQUIRE(lines.size() == 1);
        CHECK(lines[0].value == "a#b");
    }

    TEST_CASE("a pair of quotes around a value is taken off, and what is in it stays") {
        const auto lines = read(
            "prompt = \"The sea\"\nstop='a # b'  # c\nmodel = it's\nfrom = \"a\" b\nprompt=\"\"\n"
            "prompt = ' x '\nstop = \"open\n");
        REQUIRE(lines.size() == 7);
        CHECK(lines[0].value == "The sea");
        CHECK(lines[1].value == "a # b");
        CHECK(lines[2].value == "it's");
        CHECK(lines[3].value == "\"a\" b");
        CHECK(lines[4].value.empty());
        CHECK(lines[5].value == " x ");
        CHECK(lines[6].value == "\"open");
    }

    TEST_CASE("a value may hold an equals sign and be empty") {
        const auto lines = read("stop = a = b\nprompt =\n");
        REQUIRE(lines.size() == 2);
        CHECK(lines[0].value == "a = b");
        CHECK(lines[1].value.empty());
    }

    TEST_CASE("a byte-order mark, Windows line ends and a missing last line end change nothing") {
        const auto lines = read("\xEF\xBB\xBFlayers = 3\r\nsteps = 5");
        REQUIRE(lines.size() == 2);
        CHECK(lines[0].name == "layers");
        CHECK(lines[0].value == "3");
        CHECK(lines[1].value == "5");
    }

    TEST_CASE("a line of another form is refused with file and line") {
        for (const auto* text : {"layers 3\n", "= 3\n"}) {
            CAPTURE(text);
            CHECK_THROWS_WITH_AS(read(std::string("\n") + text),
                                 doctest::Contains("a.conf, line 2:"), UsageError);
        }
    }

    TEST_CASE("a missing file is an input error") {
        CHECK_THROWS_AS(read_config_file("no/such.conf"), InputError);
    }
}
