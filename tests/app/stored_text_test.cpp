#include "app/stored_text.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

using Places = std::vector<std::vector<std::string>>;

/// The folder in which a command is given, as long as it lives.
class Inside {
public:
    explicit Inside(const fs::path& folder) : before_(fs::current_path()) {
        fs::current_path(folder);
    }
    ~Inside() { fs::current_path(before_); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

private:
    fs::path before_;
};

void put(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << path.filename();
}

}  // namespace

TEST_SUITE("app/stored_text") {
    TEST_CASE("a text is found around its model from any folder") {
        const TemporaryFolder folder;
        put(folder / "a/texts/one.txt");
        put(folder / "a/texts/two.txt");
        fs::create_directories(folder / "a/models");
        fs::create_directories(folder / "b/c");
        const std::vector<std::string> stored{"texts/one.txt", "texts/two.txt"};
        {
            const Inside here(folder / "a");
            CHECK(stored_places(stored, "models/x.carousel").front() == stored);
        }
        const Inside here(folder / "b/c");
        const auto places = stored_places(stored, "../../a/models/x.carousel");
        REQUIRE(places.size() == 1);
        CHECK(places.front() ==
              std::vector<std::string>{"../../a/texts/one.txt", "../../a/texts/two.txt"});
        CHECK(stored_places(stored, folder / "a/models/x.carousel").front().front() ==
              (folder / "a/texts/one.txt").native());
    }

    TEST_CASE("the folder of the command comes first, and all paths are in one place") {
        const TemporaryFolder folder;
        put(folder / "a/one.txt");
        put(folder / "a/two.txt");
        put(folder / "b/one.txt");
        const Inside here(folder / "b");
        const auto one = stored_places({"one.txt"}, "../a/models/x.carousel");
        REQUIRE(one.size() == 2);
        CHECK(one[0].front() == "one.txt");
        CHECK(one[1].front() == "../a/one.txt");
        const auto both = stored_places({"one.txt", "two.txt"}, "../a/models/x.carousel");
        REQUIRE(both.size() == 1);
        CHECK(both.front().front() == "../a/one.txt");
    }

    TEST_CASE("an absolute path is where it is, and what is nowhere stays as it was stored") {
        const TemporaryFolder folder;
        put(folder / "one.txt");
        const std::vector<std::string> absolute{(folder / "one.txt").native()};
        CHECK(stored_places(absolute, "models/x.carousel") == Places{absolute});
        const std::vector<std::string> missing{"missing.txt"};
        CHECK(stored_places(missing, folder / "x.carousel") == Places{missing});
        CHECK(stored_places({}, "x.carousel") == Places{{}});
    }

    TEST_CASE("pipes are gone with the command that they belonged to") {
        CHECK(is_gone("-"));
        CHECK(is_gone("/dev/fd/63"));
        CHECK(is_gone("/proc/self/fd/63"));
        CHECK_FALSE(is_gone("dev/fd.txt"));
    }
}
