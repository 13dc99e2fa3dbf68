#include "snapshot/model_files.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "base/error.hpp"
#include "base/file.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {
namespace {

/// A file with its name's own content, written `age` hours ago.
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

    TEST_CASE("a path without the extension is kept, and its companions have it") {
        CHECK(ModelFiles("m/a").best() == "m/a");
        CHECK(ModelFiles("m/a").resume() == "m/a.resume.carousel");
    }

    TEST_CASE("an old pair is moved with its log, over the pair before it") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        for (const auto& path : {files.previous().best(), files.previous().resume()}) {
            put(path, "oldest");
        }
        put(files.best(), "best");
        put(files.resume(), "resume");
        put(files.log(), "log");
        put(files.step(5), "step");
        CHECK(files.move_to_previous());
        CHECK(read_file(files.previous().best()) == "best");
        CHECK(read_file(files.previous().resume()) == "resume");
        CHECK(read_file(files.previous().log()) == "log");
        CHECK(read_file(files.step(5)) == "step");
        for (const auto& path : {files.best(), files.resume(), files.log()}) {
            CHECK(!std::filesystem::exists(path));
        }
    }

    TEST_CASE("a move that was interrupted is completed by the next, and loses nothing") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.previous().resume(), "resume");  // moved before the interruption
        put(files.best(), "best");
        CHECK(files.move_to_previous());
        CHECK(read_file(files.previous().best()) == "best");
        CHECK(read_file(files.previous().resume()) == "resume");
    }

    TEST_CASE("without an old model nothing is moved") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.previous().best(), "older");
        CHECK(!files.move_to_previous());
        CHECK(read_file(files.previous().best()) == "older");
        CHECK(!ModelFiles(folder / "missing/a.carousel").move_to_previous());
    }

    TEST_CASE("a pair that cannot be moved is an input error and stays") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.best(), "best");
        std::filesystem::create_directories(files.previous().best() / "in the way");
        CHECK_THROWS_AS(files.move_to_previous(), InputError);
        CHECK(read_file(files.best()) == "best");
    }

    TEST_CASE("pruning keeps the step files written last, and every other file") {
        const TemporaryFolder folder;
        const ModelFiles files(folder / "a.carousel");
        put(files.step(9000), "of an older run", 5);
        put(files.step(100), "", 3);
        put(files.step(200), "", 2);
        put(files.step(300), "", 2);
        const std::string others[] = {"a.carousel",         "a.resume.carousel",
                                      "b.step-1.carousel",  "a.step-x.carousel",
                                      "a.step-1.carousel2", "ab.step-1.carousel"};
        for (const auto& name : others) put(folder / name, "", 9);
        files.prune_steps(5);
        CHECK(std::filesystem::exists(files.step(9000)));
        files.prune_steps(2);
        CHECK(!std::filesystem::exists(files.step(9000)));
        CHECK(!std::filesystem::exists(files.step(100)));
        CHECK(std::filesystem::exists(files.step(200)));
        CHECK(std::filesystem::exists(files.step(300)));
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
        put(folder / "new.resume.carousel", "");
        put(folder / "new.previous.carousel", "");
        put(folder / "new.previous.resume.carousel", "");
        put(folder / "new.step-7.carousel", "");
        put(folder / "new.carousel.partial", "");
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
}

}  // namespace carousel
