#include "app/model_list.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "snapshot/small_snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

/// A folder with models/, and one with models that come with the program.
class Shelf {
public:
    Shelf() : before_(fs::current_path()) {
        fs::create_directories(folder_ / "here/models");
        fs::create_directories(ready());
        fs::current_path(folder_ / "here");
        ::setenv("CAROUSEL_READY_MODELS", ready().c_str(), 1);
    }
    ~Shelf() {
        fs::current_path(before_);
        ::setenv("CAROUSEL_READY_MODELS", "/nonexistent", 1);
    }
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;

    fs::path ready() const { return folder_ / "ready"; }

    static void put(const fs::path& file, const std::string& corpus, double loss, int hours) {
        auto snapshot = small_snapshot();
        snapshot.corpus.paths = {corpus};
        snapshot.validation_loss = loss;
        snapshot.history.back().seconds = 65;
        save_snapshot(file, snapshot);
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
    }

private:
    TemporaryFolder folder_;
    fs::path before_;
};

std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& model : list_models()) names.push_back(model.name);
    return names;
}

std::vector<std::string> lines(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

}  // namespace

TEST_SUITE("app/model_list") {
    TEST_CASE("trained models come newest first, then ready ones by name, companions never") {
        const Shelf shelf;
        CHECK(list_models().empty());
        Shelf::put("models/old.carousel", "/home/ann/old.txt", 1.5, 9);
        Shelf::put("models/new.carousel", "new.txt", 1.25, 1);
        Shelf::put("models/new.resume.carousel", "new.txt", 1.25, 1);
        Shelf::put("models/new.previous.carousel", "new.txt", 1.25, 1);
        Shelf::put("models/copy.carousel", "new.txt", 1.25, 0);
        Shelf::put("models/old.resume.carousel", "old.txt", 1.5, 9);
        Shelf::put(shelf.ready() / "shakespeare.carousel", "plays.txt", 1.125, 0);
        Shelf::put(shelf.ready() / "cpp.carousel", "src", 0.75, 5);
        CHECK(names() == std::vector<std::string>{"new", "old", "copy", "cpp", "shakespeare"});
        const auto models = list_models();
        CHECK(models[1].corpus == "old.txt");
        CHECK(*models[1].loss == 1.5);
        CHECK(models[1].seconds == 65);
        CHECK_FALSE(models[2].ready);
        CHECK(models[3].ready);
        CHECK(models[3].bytes == fs::file_size(shelf.ready() / "cpp.carousel"));
    }

    TEST_CASE("a ready model whose name means a trained one is named by its file") {
        const Shelf shelf;
        Shelf::put("models/verse.carousel", "verse.txt", 1.5, 1);
        Shelf::put(shelf.ready() / "verse.carousel", "verse.txt", 1.25, 1);
        CHECK(names() ==
              std::vector<std::string>{"verse", (shelf.ready() / "verse.carousel").string()});
    }

    TEST_CASE("a file that is no model is listed with the reason, and the others as they are") {
        const Shelf shelf;
        Shelf::put("models/good.carousel", "good.txt", 1.5, 1);
        std::ofstream("models/bad.carousel") << "no model at all";
        const auto models = list_models();
        REQUIRE(models.size() == 2);
        CHECK(models[0].name == "bad");
        CHECK(models[0].unreadable.find("bad.carousel") != std::string::npos);
        CHECK(models[1].unreadable.empty());
        const auto table = lines(models_table(models));
        REQUIRE(table.size() == 3);
        CHECK(table[1].find(models[0].unreadable) != std::string::npos);
        CHECK(table[2].find("1.500") != std::string::npos);
    }

    TEST_CASE("columns stand below each other, and no name drives a terminal") {
        const Shelf shelf;
        Shelf::put("models/\xE6\x9D\x8E\xE7\x99\xBD.carousel", "li.txt", 1.5, 1);
        Shelf::put("models/a\x1b[31m.carousel", "a.txt", 2.5, 2);
        const auto text = models_table(list_models());
        CHECK(text.find('\x1b') == std::string::npos);
        const auto table = lines(text);
        REQUIRE(table.size() == 3);
        const auto column = table[0].find("LOSS");
        CHECK(table[1].find("1.500") == column + 2);  // six bytes that are four columns
        CHECK(table[2].find("2.500") == column);
        CHECK(table[2].find("1 min 5 s") != std::string::npos);
    }

    TEST_CASE("as JSON a list has what the lines tell") {
        const Shelf shelf;
        CHECK(nlohmann::json::parse(models_json(list_models())).empty());
        Shelf::put("models/a.carousel", "a.txt", 2.5, 2);
        const auto json = nlohmann::json::parse(models_json(list_models()));
        REQUIRE(json.size() == 1);
        CHECK(json[0]["name"] == "a");
        CHECK(json[0]["validation_loss"] == 2.5);
        CHECK(json[0]["ready"] == false);
    }
}
