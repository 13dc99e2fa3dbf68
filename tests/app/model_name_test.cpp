#include "app/model_name.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/temporary_folder.hpp"

using namespace carousel;

TEST_SUITE("app/model_name") {
    TEST_CASE("a file gives its name without the ending that tells its format") {
        CHECK(model_name("verse.txt") == "verse");
        CHECK(model_name("texts/my novel.md") == "my novel");
        CHECK(model_name("verse.txt.gz") == "verse");
        CHECK(model_name("verse.fb2") == "verse");
        CHECK(model_name("notes") == "notes");
        CHECK(model_name(".profile") == ".profile");
    }

    TEST_CASE("what is no ending stays, so that versions do not share a name") {
        CHECK(model_name("linux-6.1") == "linux-6.1");
        CHECK(model_name("linux-6.2") == "linux-6.2");
        CHECK(model_name("novel.v2") == "novel.v2");
        CHECK(model_name("access.log.1") == "access.log.1");
        const TemporaryFolder folder;
        std::filesystem::create_directory(folder / "poems.old");
        CHECK(model_name(folder / "poems.old") == "poems.old");
        CHECK(model_name(folder / "poems.old/") == "poems.old");
        CHECK(model_name(folder / "poems.old/.") == "poems.old");
        CHECK(model_name(folder / "poems.old/..") == folder.path().filename());
    }

    TEST_CASE("no name is that of a file of another model") {
        CHECK(model_name("ann.resume.txt") == "ann-resume");
        CHECK(model_name("ann.previous.txt") == "ann-previous");
        CHECK(model_name("ann.previous-12") == "ann-previous-12");
        CHECK(model_name("ann.step-400.txt") == "ann-step-400");
        CHECK(model_name("ann.resume.resume") == "ann.resume-resume");
        CHECK(model_name("ann.step-by-step") == "ann.step-by-step");
    }

    TEST_CASE("a pipe has no name of its own") {
        CHECK(model_name("-") == "stdin");
        CHECK(model_name("/dev/stdin") == "stdin");
        CHECK(model_name("/dev/fd/63") == "pipe");
        CHECK(model_name("/proc/self/fd/63") == "pipe");
        CHECK(model_name("/") == "model");
    }

    TEST_CASE("a long name is cut where a character ends, and leaves room for endings") {
        std::string name;
        while (name.size() < 240) name += "长";
        const auto cut = model_name(name + ".txt");
        CHECK(cut.size() == 180);
        CHECK(name.starts_with(cut));
        CHECK(model_name("a" + name).size() == 178);
    }
}
