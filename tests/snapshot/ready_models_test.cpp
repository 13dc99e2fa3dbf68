#include "snapshot/ready_models.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "snapshot/model_files.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {
namespace {

namespace fs = std::filesystem;

void put_file(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "x";
}

/// A folder to work in, and another one with the models that come with the program, as long as it
/// lives.
class Ready {
public:
    Ready() : before_(fs::current_path()) {
        fs::create_directories(folder_ / "here");
        fs::create_directories(place());
        fs::current_path(folder_ / "here");
        set(place());
    }
    ~Ready() {
        fs::current_path(before_);
        set("/nonexistent");
    }
    Ready(const Ready&) = delete;
    Ready& operator=(const Ready&) = delete;

    fs::path place() const { return folder_ / "ready"; }
    static void set(const fs::path& place) { ::setenv("CAROUSEL_READY_MODELS", place.c_str(), 1); }

private:
    TemporaryFolder folder_;
    fs::path before_;
};

}  // namespace

TEST_SUITE("snapshot/ready_models") {
    TEST_CASE("a plain name means a file here, then a model under models/, then a ready one") {
        const Ready ready;
        CHECK(model_file("ann") == "ann");
        put_file(ready.place() / "ann.carousel");
        CHECK(model_file("ann") == ready.place() / "ann.carousel");
        CHECK(model_file("ann.carousel") == ready.place() / "ann.carousel");
        put_file("models/ann.carousel");
        CHECK(model_file("ann") == "models/ann.carousel");
        CHECK(model_file("ann.carousel") == "models/ann.carousel");
        put_file("./ann.carousel");
        CHECK(model_file("ann") == "ann.carousel");
        put_file("./ann");
        CHECK(model_file("ann") == "ann");
    }

    TEST_CASE("a folder is no model, and a name with a folder is looked for nowhere else") {
        const Ready ready;
        put_file(ready.place() / "ann.carousel");
        fs::create_directory("ann");
        CHECK(model_file("ann") == ready.place() / "ann.carousel");
        CHECK(model_file("./ann") == "./ann");
        CHECK(model_file("models/ann") == "models/ann");
        CHECK(model_file("../here/other") == "../here/other");
    }

    TEST_CASE("names that lead out of the folder of the ready models find nothing") {
        const Ready ready;
        put_file(ready.place().parent_path() / "out.carousel");
        for (const char* name : {"../out", "/out", "", ".carousel", ".."}) {
            CAPTURE(name);
            CHECK_FALSE(ready_model(name));
        }
    }

    TEST_CASE("where none is named it is shakespeare, else any, else none") {
        const Ready ready;
        CHECK_FALSE(first_ready_model());
        put_file(ready.place() / "zebra.carousel");
        CHECK(first_ready_model() == ready.place() / "zebra.carousel");
        put_file(ready.place() / "shakespeare.carousel");
        const auto now = fs::file_time_type::clock::now();
        fs::last_write_time(ready.place() / "shakespeare.carousel", now - std::chrono::hours(9));
        CHECK(first_ready_model() == ready.place() / "shakespeare.carousel");
        Ready::set("/nonexistent");
        CHECK_FALSE(ready_folder());
        CHECK_FALSE(first_ready_model());
    }

    TEST_CASE("what is made of a ready model goes to the current folder") {
        const Ready ready;
        put_file(ready.place() / "ann.carousel");
        CHECK(is_ready_model(ready.place() / "ann.carousel"));
        CHECK(made_of(ready.place() / "ann.carousel") == "ann.carousel");
        put_file("models/ann.carousel");
        CHECK_FALSE(is_ready_model("models/ann.carousel"));
        CHECK(made_of("models/ann.carousel") == "models/ann.carousel");
        fs::current_path(ready.place());
        CHECK(is_ready_model("ann.carousel"));
    }
}

}  // namespace carousel
