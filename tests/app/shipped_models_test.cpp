#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/sha256.hpp"
#include "snapshot/found_model.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/places.hpp"

using namespace carousel;
namespace fs = std::filesystem;

// What is asked of every model that is kept under version control, in models/ready/.

namespace {

const fs::path k_shipped = source_root() / "models/ready";
constexpr std::uintmax_t k_most_of_one = 6'000'000, k_most_of_all = 16'000'000;  // bytes

std::string bytes_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    REQUIRE(stream);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_SUITE("app/shipped_models") {
    TEST_CASE("models that come with the program take at most 6 MB each and 16 MB in all") {
        std::uintmax_t all = 0;
        for (const auto& entry : fs::directory_iterator(k_shipped)) {
            CAPTURE(entry.path().string());
            CHECK(entry.file_size() <= k_most_of_one);
            all += entry.file_size();
        }
        CHECK(all <= k_most_of_all);
    }

    TEST_CASE("each loads, was trained, and carries neither a training state nor a path") {
        CHECK(fs::exists(k_shipped / "shakespeare.carousel"));  // what writes where none is named
        for (const auto& found : models_in(k_shipped)) {
            CAPTURE(found.path.string());
            const auto model = load_snapshot(found.path);
            CHECK_FALSE(model.state);
            CHECK(model.step > 0);
            CHECK(model.validation_loss);
            for (const auto& path : model.corpus.paths)
                CHECK_MESSAGE(path.find('/') == std::string::npos, path);
            CHECK_FALSE(model.fine_tuned_from);
        }
    }

    TEST_CASE("the page beside them has a card for each, with the hash of the file") {
        const auto page = bytes_of(k_shipped / "README.md");
        for (const auto& found : models_in(k_shipped)) {
            const auto name = found.path.stem().string();
            CAPTURE(name);
            CHECK(page.find("\n## " + name + "\n") != std::string::npos);
            CHECK(page.find(to_hex(sha256(bytes_of(found.path)))) != std::string::npos);
        }
    }
}
