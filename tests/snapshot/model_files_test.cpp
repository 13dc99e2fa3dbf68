#include "snapshot/model_files.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/own_file.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {
namespace {

const std::string k_model(k_model_mark);

/// A file written `age` hours ago.
void put(const std::filesystem::path& path, const std::string& content, int age = 0) {
    std::ofstream(path) << content;
    std::filesystem::last_write_time(
        path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(age));
}

}  // namespace

TEST_SUITE("snapshot/model_files") {
    TEST_CASE("the files of a model are named after it") {
        const ModelFiles files("models/hamlet.1.carousel");
        CHECK(files.best() == "models/hamlet.1.carousel");
        CHECK(files.resume() == "models/hamlet.1.resume.carousel");
        CHECK(files.step(12000) == "models/hamlet.1.step-12000.carousel");
        CHECK(files.log() == "models/hamlet.1.log.jsonl");
        CHECK(files.lock() == "models/hamlet.1.lock");
        CHECK(files.previous().best() == "models/hamlet.1.previous.carousel");
        CHECK(files.previous().resume() == "models/hamlet.1.previous.resume.carousel");
    }

    TEST_CASE("a resume file names the same model") {
        CHECK(ModelFiles("a.resume.carousel").best() == "a.carousel");
        CHECK(ModelFiles("a.previous.resume.carousel").best() == "a.previous.carousel");
    }

    TEST_CASE("a path without the extension gets it: one name, one family") {
        CHECK(ModelFiles("m/a").best() == "m/a.carousel");
        CHECK(ModelFiles("m/a").resume() == "m/a.resume.carousel");
        CHECK(ModelFiles("linux-6.1").best() == "linux-6.1.carousel");
        CHECK(ModelFiles("linux-6.1").log() != ModelFiles("linux-6.2").log());
        CHECK(ModelFiles("a.resume").best() == "a.resume.carousel");
        CHECK(ModelFiles("a.resume").resume() == "a.resume.resume.carousel");
    }

    TEST_CASE("names that end like those of a model's own files are known") {
        for (const char* name : {"a.resume", "a.previous", "m/a.previous-2.carousel", "a.step-9",
                                 "a.b.step-10.carousel"}) {
            CAPTURE(name);
            CHECK(is_companion_name(name));
        }
        for (const char* name : {"a", "resume", "a.previous-x", "a.step-", "a.step-by-step",
                                 "a.resume.b", "step-9.carousel", "m.resume/a"}) {
            CAPTURE(name);
            CHECK_FALSE(is_companion_name(name));
        }
    }

    TEST_CASE("a reader's path means itself, else itself with the ending") {
        const TemporaryFolder folder;
        put(folder / "a.carousel", "");
        put(folder / "b", "");
        put(folder / "b.carousel", "");
        CHECK(model_file(folder / "a") == folder / "a.carousel");
        CHECK(model_file(folder / "a.carousel") == folder / "a.carousel");
        CHECK(model_file(folder / "b") == folder / "b");
        CHECK(model_file(folder / "missing") == folder / "missing");
    }

    TEST_CASE("a whole family is moved, and none before it is replaced") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        for (const std::string run : {"first", "second", "third"}) {
            put(files.best(), run + " best");
            put(files.resume(), run + " resume");
            put(files.log(), run + " log");
            put(files.step(5), k_model + run);
            put(files.step(10), k_model + run);
            put(folder / "a.step-7.carousel", run + ": no model");
            put(folder / "run.html", run + " report");
            const auto moved = files.move_to_previous(folder / "run.html");
            REQUIRE(moved);
            CHECK(read_file(moved->best()) == run + " best");
            CHECK(read_file(moved->resume()) == run + " resume");
            CHECK(read_file(moved->log()) == run + " log");
            CHECK(read_file(moved->step(10)) == k_model + run);
            CHECK(moved->steps().size() == 2);
            CHECK(files.steps().empty());
            CHECK(std::filesystem::exists(folder / "a.step-7.carousel"));
            for (const auto& path : {files.best(), files.resume(), files.log()})
                CHECK(!std::filesystem::exists(path));
        }
        CHECK(read_file(files.previous().best()) == "first best");
        CHECK(read_file(files.previous(2).best()) == "second best");
        CHECK(read_file(folder / "a.previous-3.carousel") == "third best");
        CHECK(read_file(folder / "run.previous.html") == "first report");
        CHECK(read_file(folder / "run.previous-3.html") == "third report");
    }

    TEST_CASE("what was left of a model without its best file keeps its names together") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.previous().log(), "of somebody who removed the model");
        put(files.best(), "best");
        put(files.log(), "log");
        const auto moved = files.move_to_previous();
        REQUIRE(moved);
        CHECK(moved->best() == files.previous(2).best());
        CHECK(read_file(moved->log()) == "log");
    }

    TEST_CASE("a move that was interrupted is completed by the next, and loses nothing") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.previous().resume(), "resume");  // moved before the interruption
        put(files.best(), "best");
        const auto moved = files.move_to_previous();
        REQUIRE(moved);
        CHECK(moved->best() == files.previous().best());
        CHECK(read_file(files.previous().best()) == "best");
        CHECK(read_file(files.previous().resume()) == "resume");
    }

    TEST_CASE("without an old model nothing is moved") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.previous().best(), "older");
        CHECK(!files.move_to_previous());
        CHECK(!files.set_best_aside());
        CHECK(read_file(files.previous().best()) == "older");
        CHECK(!ModelFiles(folder / "missing/a.carousel").move_to_previous());
    }

    TEST_CASE("the best file alone is set aside beside those before it") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.previous().best(), "older");
        put(files.best(), "best");
        put(files.resume(), "resume");
        CHECK(files.set_best_aside() == files.previous(2).best());
        CHECK(read_file(files.previous(2).best()) == "best");
        CHECK(read_file(files.resume()) == "resume");
    }

    TEST_CASE("a name that is taken by a folder is passed by") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.best(), "best");
        std::filesystem::create_directories(files.previous().best() / "in the way");
        REQUIRE(files.move_to_previous());
        CHECK(read_file(files.previous(2).best()) == "best");
    }

    TEST_CASE("pruning keeps the step files written last, and every other file") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.step(9000), k_model, 5);
        put(files.step(100), k_model, 3);
        put(files.step(200), k_model, 2);
        put(files.step(300), k_model, 2);
        put(files.step(50), "a text of somebody's", 9);
        const std::string others[] = {"a.carousel",
                                      "a.resume.carousel",
                                      "b.step-1.carousel",
                                      "a.step-x.carousel",
                                      "a.step-1.carousel2",
                                      "ab.step-1.carousel",
                                      "a.previous.step-1.carousel"};
        for (const auto& name : others) put(folder / name, k_model, 9);
        files.prune_steps(5);
        CHECK(std::filesystem::exists(files.step(9000)));
        files.prune_steps(2);
        CHECK(!std::filesystem::exists(files.step(9000)));
        CHECK(!std::filesystem::exists(files.step(100)));
        CHECK(std::filesystem::exists(files.step(200)));
        CHECK(std::filesystem::exists(files.step(300)));
        CHECK(std::filesystem::exists(files.step(50)));
        for (const auto& name : others) {
            CAPTURE(name);
            CHECK(std::filesystem::exists(folder / name));
        }
        CHECK_THROWS_AS(files.prune_steps(0), std::logic_error);
    }

    TEST_CASE("the newest model is the best file written last, never a companion") {
        const TemporaryFolder folder;
        CHECK(!newest_model(folder.path()));
        CHECK(!newest_model(folder / "missing"));
        put(folder / "gone.resume.carousel", "");
        put(folder / "gone.previous.carousel", "");
        put(folder / "gone.previous.resume.carousel", "");
        put(folder / "new.step-7.carousel", "");
        put(folder / "new.previous-2.carousel", "");
        put(folder / ".new.carousel.carousel-partial", "");
        put(folder / ".carousel", "");
        std::filesystem::create_directory(folder / "folder.carousel");
        CHECK(!newest_model(folder.path()));
        put(folder / "old.carousel", "", 3);
        put(folder / "new.carousel", "", 2);
        put(folder / "older.step-by-step.carousel", "", 4);
        CHECK(newest_model(folder.path()) == folder / "new.carousel");
        put(folder / "older.step-by-step.carousel", "", 1);
        CHECK(newest_model(folder.path()) == folder / "older.step-by-step.carousel");
    }

    TEST_CASE("the model trained last comes before what was exported or copied since") {
        const TemporaryFolder folder;
        put(folder / "first.carousel", "", 9);
        put(folder / "first.resume.carousel", "", 2);  // its best came early
        put(folder / "second.carousel", "", 5);
        put(folder / "second.log.jsonl", "", 5);  // its resume file was removed
        put(folder / "first.int8.carousel", "", 1);
        put(folder / "copied.carousel", "", 0);
        CHECK(newest_model(folder.path()) == folder / "first.carousel");
        std::filesystem::remove(folder / "first.resume.carousel");
        CHECK(newest_model(folder.path()) == folder / "second.carousel");
        std::filesystem::remove(folder / "second.log.jsonl");
        CHECK(newest_model(folder.path()) == folder / "copied.carousel");
    }
}

}  // namespace carousel
