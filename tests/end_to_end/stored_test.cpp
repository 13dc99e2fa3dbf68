#include <doctest/doctest.h>

#include <filesystem>

#include "end_to_end/program.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

const fs::path k_stored = source_root() / "tests/snapshot/version_1";

}  // namespace

TEST_SUITE("end_to_end/stored") {
    TEST_CASE(
        "inspect tells of a stored training, of which every setting differs from its default") {
        const TemporaryFolder folder;
        const auto name = "settings.resume.carousel";
        fs::copy_file(k_stored / name, folder / name);
        CHECK(run(folder.path(), {"inspect", name, "--json"}).out ==
              content(k_stored / "settings.json"));
    }

    TEST_CASE("a stored training is resumed") {
        const TemporaryFolder folder;
        fs::copy_file(k_stored / "settings.resume.carousel", folder / "settings.resume.carousel");
        std::string text;
        for (int i = 0; i < 4; ++i) text += "The sea, the sea.\nIt rolls on and on;\nä ö ü\n";
        write(folder / "text.txt", text);
        write(folder / "v.txt", "The sea rolls on.\nIt rolls on, on and on;\n");
        const auto ended = run(
            folder.path(), {"train", "--model", "settings.carousel", "--resume", "--epochs", "3"});
        CHECK_MESSAGE(ended.code == 0, ended.err);
        CHECK(inspected(folder.path(), "settings.carousel", "step") > "18");
    }
}
