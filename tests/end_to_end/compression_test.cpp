#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using namespace std::string_literals;
namespace fs = std::filesystem;

namespace {

/// A folder with two tiny models of one text, made once.
const fs::path& trained() {
    static const TemporaryFolder folder;
    static const bool made = [] {
        write(folder / "text.txt", little_text());
        const Words train{"train",     "text.txt", "--hidden-size",   "16",  "--layers", "1",
                          "--steps",   "60",       "--batch-size",    "8",   "--window", "32",
                          "--threads", "1",        "--learning-rate", "0.02"};
        return run(folder.path(), train + Words{"--model", "m.carousel"}).code == 0 &&
               run(folder.path(), train + Words{"--model", "other.carousel", "--seed", "5"}).code ==
                   0;
    }();
    REQUIRE(made);
    return folder.path();
}

Ended compressed(const std::string& name, const Words& more = {}) {
    return run(trained(), Words{"compress", name, "--model", "m.carousel"} + more);
}

Ended decompressed(const std::string& name, const Words& more = {},
                   const Program::Setting& setting = {}) {
    return run(trained(), Words{"decompress", name, "--model", "m.carousel"} + more, setting);
}

/// Compresses and decompresses a text, with different threads; returns what came out.
std::string there_and_back(const std::string& text, const Words& more = {}) {
    write(trained() / "t", text);
    fs::remove(trained() / "t.crz");
    fs::remove(trained() / "back");
    const auto there = compressed("t", more + Words{"--threads", "2"});
    REQUIRE_MESSAGE(there.code == 0, there.err);
    const auto back = decompressed("t.crz", {"--output", "back", "--threads", "1"});
    REQUIRE_MESSAGE(back.code == 0, back.err);
    return content(trained() / "back");
}

}  // namespace

TEST_SUITE("end_to_end/compression") {
    TEST_CASE("a text like the model's becomes much smaller and comes out as it was") {
        const auto text = little_text();
        CHECK(there_and_back(text) == text);
        CHECK(fs::file_size(trained() / "t.crz") < text.size() / 5);
        CHECK(there_and_back(text, {"--fast"}) == text);
    }

    TEST_CASE("what no model knows comes out as it was, too") {
        std::string bytes;
        for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
        for (const auto& text : {""s, "\n"s, "\xEF\xBB\xBFone\r\ntwo\r\n"s, "one\r\ntwo\n"s,
                                 "\u65e5\u672c\u8a9e \xFF\xFE e\u0301"s, bytes}) {
            CHECK(there_and_back(text) == text);
        }
    }

    TEST_CASE("files and standard streams hold the same, on every instruction set") {
        write(trained() / "s.txt", little_text());
        fs::remove(trained() / "s.txt.crz");
        REQUIRE(compressed("s.txt").code == 0);
        const auto file = content(trained() / "s.txt.crz");
        const auto scalar =
            run(trained(), {"compress", "-", "--model", "m.carousel", "--quiet"},
                {.input = little_text(), .environment = {{"CAROUSEL_ISA", "scalar"}}});
        CHECK(scalar.out == file);
        const auto back = decompressed(
            "-", {"--quiet"}, {.input = file, .environment = {{"CAROUSEL_ISA", "scalar"}}});
        CHECK(back.out == little_text());
    }

    TEST_CASE("another model is refused, and none as well, with the one that is meant") {
        write(trained() / "w.txt", "wheel\n");
        REQUIRE(compressed("w.txt").code == 0);
        const Words decompress{"decompress", "w.txt.crz", "--output", "w"};
        const auto other = run(trained(), decompress + Words{"--model", "other.carousel"});
        CHECK(other.code == 1);
        CHECK(other.err.find("m.carousel") != std::string::npos);
        CHECK(other.err.find("another model") != std::string::npos);
        const auto none = run(trained(), decompress);
        CHECK(none.code == 2);
        CHECK(none.err.find("m.carousel") != std::string::npos);
        CHECK_FALSE(fs::exists(trained() / "w"));
        CHECK(run(trained(), {"compress", "w.txt"}).code == 2);
    }

    TEST_CASE("a damaged file is refused and nothing is written") {
        write(trained() / "d.txt", "a wheel and another wheel\n");
        REQUIRE(compressed("d.txt").code == 0);
        auto bytes = content(trained() / "d.txt.crz");
        fs::remove(trained() / "d.txt");
        bytes[bytes.size() / 2] ^= 1;
        write(trained() / "d.txt.crz", bytes);
        const auto damaged = decompressed("d.txt.crz");
        CHECK(damaged.code == 1);
        CHECK(damaged.err.find("damaged") != std::string::npos);
        CHECK_FALSE(fs::exists(trained() / "d.txt"));
        CHECK(decompressed("text.txt", {"--output", "x"}).code == 1);
        const auto piped = decompressed("-", {"--output", "x"}, {.input = "a text"});
        CHECK(piped.code == 1);
        CHECK_MESSAGE(piped.err.find("error: standard input: This is no text") != std::string::npos,
                      piped.err);
        CHECK(decompressed("text.txt").code == 2);  // a name without the ending
    }

    TEST_CASE("what is there stays, be it a compressed text") {
        write(trained() / "k.txt", "wheel\n");
        REQUIRE(compressed("k.txt").code == 0);
        const auto before = content(trained() / "k.txt.crz");
        write(trained() / "k.txt", "another wheel\n");
        CHECK(compressed("k.txt").code == 1);
        CHECK(content(trained() / "k.txt.crz") == before);
        CHECK(compressed("k.txt", {"--output", "text.txt"}).code != 0);
        CHECK(compressed("k.txt", {"--output", "m.carousel"}).code != 0);
        CHECK(decompressed("k.txt.crz").code == 1);
        CHECK(content(trained() / "k.txt") == "another wheel\n");
        CHECK(content(trained() / "text.txt") == little_text());
    }
}
