#include "app/training_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/own_file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

const std::string k_model(k_model_mark);

/// A training of `text.txt` that shall write `model`.
TrainingRequest request(const TemporaryFolder& folder, const std::string& model) {
    TrainingRequest request;
    request.corpus = {(folder / "text.txt").native()};
    request.model = folder / model;
    return request;
}

/// The message of the UsageError that a request gives; empty when it gives none.
std::string refusal(const TrainingRequest& request) {
    try {
        const TrainingFiles files(request);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("app/training_files") {
    TEST_CASE("a model that names a folder is refused before anything is made") {
        const TemporaryFolder folder;
        fs::create_directory(folder / "there");
        for (const char* name : {"new/", "there", "there/", "there/.", "there/.."}) {
            CAPTURE(name);
            CHECK(refusal(request(folder, name)).find("folder") != std::string::npos);
        }
        CHECK_FALSE(fs::exists(folder / "new"));
    }

    TEST_CASE("a new training takes no name among the files of another model") {
        const TemporaryFolder folder;
        for (const char* name : {"m.step-40.carousel", "m.previous.carousel", "m.previous-2"}) {
            CAPTURE(name);
            CHECK(refusal(request(folder, name)).find("--from") != std::string::npos);
            auto again = request(folder, name);
            again.resume = true;
            CHECK(refusal(again).empty());
        }
        CHECK(TrainingFiles(request(folder, "m.resume.carousel")).model().best() ==
              folder / "m.carousel");
    }

    TEST_CASE("no file of the user's has a name of the model's") {
        const TemporaryFolder folder;
        for (const char* name : {"m.carousel", "m.resume.carousel", "m.log.jsonl", "m"}) {
            CAPTURE(name);
            put(folder / name, "{\"event\":\"login\"} of somebody's");
            CHECK_FALSE(refusal(request(folder, "m")).empty());
            fs::remove(folder / name);
        }
        put(folder / "m.lock", "[[package]]");
        CHECK_THROWS_AS(TrainingFiles(request(folder, "m")), InputError);
        CHECK(read_file(folder / "m.lock") == "[[package]]");
        put(folder / "m.lock", "");
        put(folder / "m.carousel", k_model);
        CHECK(refusal(request(folder, "m")).empty());
    }

    TEST_CASE("a report replaces neither what is read nor what a model was made from") {
        const TemporaryFolder folder;
        auto with_report = request(folder, "m.carousel");
        const auto page =
            "<!DOCTYPE html>\n" + std::string(k_report_mark) + " that is learned as a text";
        put(folder / "page.html", page);
        put(folder / "text.txt", "a text");
        with_report.report = folder / "text.txt";
        CHECK_FALSE(refusal(with_report).empty());
        for (const char* name : {"m.carousel", "m.resume.carousel", "m.log.jsonl", "m.lock"}) {
            with_report.report = folder / name;
            CHECK_FALSE(refusal(with_report).empty());
        }
        with_report.report = folder / "page.html";
        const TrainingFiles files(with_report);
        CHECK_THROWS_AS(files.require_report(with_report, {folder / "page.html"}), UsageError);
        with_report.corpus = {(folder / "page.html").native()};
        CHECK_FALSE(refusal(with_report).empty());
    }

    TEST_CASE("folders that were made are removed again where nothing came into them") {
        const TemporaryFolder folder;
        {
            const TrainingFiles files(request(folder, "a/b/c/m.carousel"));
            CHECK(fs::exists(folder / "a/b/c/m.lock"));
        }
        CHECK_FALSE(fs::exists(folder / "a"));
        {
            const TrainingFiles files(request(folder, "a/b/c/m.carousel"));
            put(folder / "a/b/c/m.carousel", k_model);
        }
        CHECK(fs::exists(folder / "a/b/c/m.carousel"));
    }

    TEST_CASE("a corpus gives its name to the model") {
        TrainingRequest request;
        CHECK(model_path(request) == "models/verse.carousel");
        request.corpus = {"linux-6.1", "linux-6.2"};
        CHECK(model_path(request) == "models/linux-6.1.carousel");
        request.corpus = {"ann.resume.txt"};
        CHECK(ModelFiles(model_path(request)).best() == "models/ann-resume.carousel");
    }
}
