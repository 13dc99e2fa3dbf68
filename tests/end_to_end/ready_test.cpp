#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "end_to_end/program.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

/// A tiny model, as it comes with the program, in a folder of its own: made once.
const fs::path& ready_folder() {
    static const TemporaryFolder folder;
    static const bool made = [] {
        write(folder / "text.txt", little_text());
        if (run(folder.path(), tiny_training(3)).code != 0) return false;
        fs::create_directory(folder / "ready");
        fs::copy(folder / "m.carousel", folder.path() / "ready/shakespeare.carousel");
        return true;
    }();
    REQUIRE(made);
    static const auto place = folder / "ready";
    return place;
}

Ended run_ready(const TemporaryFolder& folder, const Words& words) {
    return run(folder.path(), words,
               {.environment = {{"CAROUSEL_READY_MODELS", ready_folder().string()}}});
}

std::size_t occurrences(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_SUITE("end_to_end/ready") {
    TEST_CASE("without a trained model it writes with the ready one and says so once") {
        const TemporaryFolder folder;
        const auto ended = run_ready(folder, {"generate", "--length", "20", "--seed", "1"});
        CHECK(ended.code == 0);
        CHECK_FALSE(ended.out.empty());
        CHECK(occurrences(ended.err, "Model: shakespeare") == 1);
        const auto quiet =
            run_ready(folder, {"generate", "--length", "20", "--seed", "1", "--quiet"});
        CHECK(quiet.err.empty());
        CHECK(quiet.out == ended.out);
    }

    TEST_CASE("a name finds the ready model until a trained one has it") {
        const TemporaryFolder folder;
        const Words words{"generate", "--model", "shakespeare", "--length", "5"};
        const auto ready = run_ready(folder, words);
        CHECK(ready.code == 0);
        CHECK(ready.err.find((ready_folder() / "shakespeare.carousel").string()) !=
              std::string::npos);
        fs::create_directory(folder / "models");
        fs::copy(ready_folder() / "shakespeare.carousel",
                 folder.path() / "models/shakespeare.carousel");
        CHECK(run_ready(folder, words).err.find("Model: models/shakespeare.carousel") !=
              std::string::npos);
        const auto list = run_ready(folder, {"models"});
        CHECK(list.code == 0);
        CHECK(occurrences(list.out, "\n") == 3);
        CHECK(list.out.find((ready_folder() / "shakespeare.carousel").string()) !=
              std::string::npos);
    }

    TEST_CASE("models lists what can be named, and without any says how to get one") {
        const TemporaryFolder folder;
        const auto none = run(folder.path(), {"models"});
        CHECK(none.code == 0);
        CHECK(none.out.empty());
        CHECK(none.err.find("train") != std::string::npos);
        CHECK(run(folder.path(), {"models", "--json"}).out == "[]\n");
        const auto ready = run_ready(folder, {"models"});
        CHECK(occurrences(ready.out, "\n") == 2);
        CHECK(ready.out.find("\nshakespeare ") != std::string::npos);
        CHECK(ready.out.find("text.txt") != std::string::npos);
        CHECK(run(folder.path(), {"models", "shakespeare"}).code == 2);
    }

    TEST_CASE("a training starts from a ready model by its name, and keeps the name alone") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended =
            run_ready(folder, {"train", "text.txt", "--from", "shakespeare", "--steps", "1",
                               "--batch-size", "4", "--window", "16", "--model", "m.carousel"});
        CHECK_MESSAGE(ended.code == 0, ended.err);
        CHECK(inspected(folder.path(), "m.carousel", "fine_tuned_from").find("\"shakespeare\"") !=
              std::string::npos);
        CHECK(run_ready(folder, {"train", "text.txt", "--from", "nobody", "--steps", "1"}).code ==
              1);
    }

    TEST_CASE("a training learns from a ready model by its name, wherever that lies later") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run_ready(folder, tiny_training(2) + Words{"--teacher", "shakespeare"});
        CHECK_MESSAGE(ended.code == 0, ended.err);
        CHECK(inspected(folder.path(), "m.carousel", "teachers").find("\"shakespeare\"") !=
              std::string::npos);
        fs::copy(ready_folder(), folder / "ready");
        const auto resumed =
            run(folder.path(), {"train", "--model", "m", "--resume", "--steps", "3"},
                {.environment = {{"CAROUSEL_READY_MODELS", folder / "ready"}}});
        CHECK_MESSAGE(resumed.code == 0, resumed.err);
    }

    TEST_CASE("what export makes of a ready model goes to the current folder") {
        const TemporaryFolder folder;
        CHECK(run_ready(folder, {"export", "shakespeare", "--precision", "int8"}).code == 0);
        CHECK(fs::exists(folder / "shakespeare.int8.carousel"));
        CHECK_FALSE(fs::exists(ready_folder() / "shakespeare.int8.carousel"));
    }

    TEST_CASE("an installed program finds the models that were installed with it") {
        const TemporaryFolder folder;
        fs::create_directories(folder / "usr/bin");
        fs::create_directories(folder / "usr/share/carousel");
        fs::create_directories(folder / "elsewhere");
        const auto program = folder / "usr/bin/carousel";
        fs::copy(carousel_program(), program);
        fs::copy(ready_folder(), folder / "usr/share/carousel/models");
        const auto command = "cd '" + (folder / "elsewhere").string() +
                             "' && env -u CAROUSEL_READY_MODELS '" + program.string() +
                             "' generate --length 5 2>'" + (folder / "err").string() +
                             "' >/dev/null";
        CHECK(std::system(command.c_str()) == 0);
        CHECK(content(folder / "err").find("Model: shakespeare") != std::string::npos);
    }
}
