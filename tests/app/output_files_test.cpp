#include "app/output_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

TEST_SUITE("app/output_files") {
    TEST_CASE("an output replaces only a file that the program wrote, of its own kind") {
        const TemporaryFolder folder;
        std::ofstream(folder / "poem.txt") << "The sea was calm.\n";
        std::ofstream(folder / "lines.tsv") << k_line_list_head << "1\t2\t3\ta\t1\tb\n";
        std::ofstream(folder / "empty");
        fs::create_hard_link(folder / "poem.txt", folder / "other name");
        fs::create_symlink("poem.txt", folder / "link");
        for (const char* name : {"poem.txt", "other name", "link", ".", "lines.tsv"}) {
            CAPTURE(name);
            CHECK_THROWS_AS(require_output_file("html", folder / name, OwnFile::page, {}),
                            UsageError);
        }
        require_output_file("html", folder / "new", OwnFile::page, {});
        require_output_file("html", folder / "empty", OwnFile::page, {});
        require_output_file("per-line", folder / "lines.tsv", OwnFile::line_list, {});
        require_output_file("per-line", "-", OwnFile::line_list, {});
    }

    TEST_CASE("what the command reads is safe even where the program wrote it") {
        const TemporaryFolder folder;
        std::ofstream(folder / "lines.tsv") << k_line_list_head;
        CHECK_THROWS_AS(require_output_file("per-line", folder / "lines.tsv", OwnFile::line_list,
                                            {folder / "./lines.tsv"}),
                        UsageError);
    }

    TEST_CASE("a new file replaces none, and no advice says to remove a folder or what is read") {
        const TemporaryFolder folder;
        std::ofstream(folder / "poem.txt") << "The sea was calm.\n";
        require_new_file(folder / "new", {folder / "poem.txt"});
        CHECK_THROWS_AS(require_new_file(folder / "poem.txt", {folder / "new"}), InputError);
        CHECK_THROWS_AS(require_new_file(folder / "poem.txt", {folder / "./poem.txt"}), UsageError);
        CHECK_THROWS_AS(require_new_file(folder.path(), {}), UsageError);
    }

    TEST_CASE("a folder, also one to be, is no file, and nothing is written in a file") {
        const TemporaryFolder folder;
        std::ofstream(folder / "poem.txt") << "The sea was calm.\n";
        for (const char* name : {"new/", ".", "poem.txt/page.html", "poem.txt/a/page.html"}) {
            CAPTURE(name);
            CHECK_THROWS_AS(require_output_file("html", folder / name, OwnFile::page, {}),
                            UsageError);
        }
    }

    TEST_CASE("a new file cannot have a name that is too long for one") {
        const TemporaryFolder folder;
        const auto file = folder / std::string(300, 'a');
        CHECK_THROWS_WITH_AS(require_new_file(file, {}), doctest::Contains("File name too long"),
                             InputError);
        CHECK_THROWS_WITH_AS(require_output_file("html", file, OwnFile::page, {}),
                             doctest::Contains("File name too long"), InputError);
    }

    TEST_CASE("a model names its corpus, its validation text and the model before it") {
        Snapshot model;
        model.corpus.paths = {"a.txt", "b.txt"};
        model.corpus.validation = ValidationFile{"v.txt", {}};
        model.fine_tuned_from = Origin{"old.carousel", {}};
        CHECK(files_named_by(model) ==
              std::vector<fs::path>{"a.txt", "b.txt", "v.txt", "old.carousel"});
    }
}
