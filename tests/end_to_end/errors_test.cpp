#include <doctest/doctest.h>

#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

TEST_SUITE("end_to_end/errors") {
    TEST_CASE("a wrong word on the command line is named, with a nearer one, and exits with 2") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        struct Mistake {
            Words words;
            std::string hint;
        };
        for (const auto& [words, hint] : {
                 Mistake{{"train", "text.txt", "--hiden-size", "3"}, "--hidden-size"},
                 Mistake{{"trian", "text.txt"}, "train"},
                 Mistake{{"train", "text.txt", "--layers", "0"}, "16"},
                 Mistake{{"train", "text.txt", "--layers", "two"}, "--layers"},
                 Mistake{{"train", "text.txt", "--steps", "5", "--epochs", "2"}, "--epochs"},
                 Mistake{{"train", "text.txt", "--cell", "lsmt"}, "lstm"},
                 Mistake{{"train", "text.txt", "--unit", "byte", "--newlines", "lf"}, "byte"},
                 Mistake{{"train", "text.txt", "--encoding", "no-such"}, "no-such"},
                 Mistake{{"generate", "--temperature", "-1"}, "--temperature"},
                 Mistake{{"evaluate"}, "CORPUS"},
                 Mistake{{"inspect"}, "FILE"},
             }) {
            const auto ended = run(folder.path(), words);
            CHECK_MESSAGE(ended.code == 2, words[0], " ", words.back(), ": ", ended.err);
            CHECK_MESSAGE(ended.err.find(hint) != std::string::npos, ended.err);
            CHECK(ended.out.empty());
        }
    }

    TEST_CASE("a text that cannot be used is named and exits with 1") {
        const TemporaryFolder folder;
        write(folder / "invalid.txt", "valid so far \x81\x8D and on\n");
        write(folder / "one.txt", "a");
        write(folder / "empty.txt", "");
        const auto missing = run(folder.path(), {"train", "missing.txt", "--steps", "1"});
        CHECK(missing.code == 1);
        CHECK(missing.err.find("missing.txt") != std::string::npos);
        const auto invalid = run(folder.path(), {"train", "invalid.txt", "--steps", "1"});
        CHECK(invalid.code == 1);
        for (const char* part : {"invalid.txt", "13", "--encoding", "--invalid"}) {
            CHECK_MESSAGE(invalid.err.find(part) != std::string::npos, part);
        }
        for (const char* file : {"one.txt", "empty.txt"}) {
            CHECK(run(folder.path(), {"train", file, "--steps", "1"}).code == 1);
        }
        CHECK(run(folder.path(), {"train", "invalid.txt", "--encoding", "latin1", "--steps", "1"})
                  .code == 0);
    }

    TEST_CASE("progress that cannot be shown ends no training, and no error becomes a crash") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        for (const Program::Setting& setting :
             {Program::Setting{.full_errors = true}, Program::Setting{.closed_streams = true}}) {
            const auto trained = run(folder.path(), tiny_training(3), setting);
            CHECK(trained.signal == 0);
            CHECK(inspected(folder.path(), "m.carousel", "step") == "3");
            CHECK(run(folder.path(), {"train", "missing.txt"}, setting).code == 1);
        }
        // No file that is opened meanwhile takes the place of the results.
        CHECK(run(folder.path(), {"evaluate", "text.txt", "--model", "m.carousel"},
                  {.closed_streams = true})
                  .code == 1);
    }

    TEST_CASE("help that does not arrive is an error, a reader who leaves is none") {
        const TemporaryFolder folder;
        const Words help{"train", "--help"};
        CHECK(run(folder.path(), help, {.full_output = true}).code == 1);
        CHECK(run(folder.path(), help, {.closed_output = true}).code == 0);
    }

    TEST_CASE("no file is written twice: a report is not the model, and `-` is neither") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        for (const char* report : {"m.carousel", "./m.resume.carousel", "m.log.jsonl"}) {
            const auto ended = run(folder.path(), tiny_training(1) + Words{"--report", report});
            CHECK_MESSAGE(ended.code == 2, report);
            CHECK(ended.err.find("--report cannot write") != std::string::npos);
        }
        CHECK(run(folder.path(), {"train", "text.txt", "--steps", "1", "--model", "-"}).code == 2);
        CHECK(run(folder.path(), {"export", "m.carousel", "--output", "-"}).code == 2);
    }

    TEST_CASE("a file that is no model, cut or changed is refused with exit code 1") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(2)).code == 0);
        const auto good = content(folder / "m.carousel");
        write(folder / "cut.carousel", good.substr(0, good.size() / 2));
        auto flipped = good;
        flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 4);
        write(folder / "flipped.carousel", flipped);
        for (const std::string file : {"text.txt", "cut.carousel", "flipped.carousel", "none"}) {
            for (const Words& words :
                 {Words{"inspect", file}, Words{"generate", "--model", file},
                  Words{"evaluate", "text.txt", "--model", file},
                  Words{"train", "text.txt", "--from", file, "--model", "n.carousel"}}) {
                const auto ended = run(folder.path(), words);
                CHECK_MESSAGE(ended.code == 1, words[0], " ", file, ": ", ended.err);
                CHECK(ended.err.find(file) != std::string::npos);
            }
        }
    }

    TEST_CASE("control characters of a file name do not reach the terminal") {
        const TemporaryFolder folder;
        const auto ended = run(folder.path(), {"inspect", "evil\x1b[31m.carousel"});
        CHECK(ended.code == 1);
        CHECK(ended.err.find('\x1b') == std::string::npos);
        CHECK(ended.err.find("\\x1b") != std::string::npos);
    }

    TEST_CASE("help and version come on standard output with exit code 0") {
        const TemporaryFolder folder;
        for (const Words& words :
             {Words{"--help"}, Words{"train", "--help"}, Words{"generate", "--help"},
              Words{"evaluate", "--help"}, Words{"inspect", "--help"}, Words{"--version"}}) {
            const auto ended = run(folder.path(), words);
            CHECK(ended.code == 0);
            CHECK(ended.out.find("carousel") != std::string::npos);
            CHECK(ended.err.empty());
        }
    }
}
