#include "data/documents.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

std::string content(const Document& document) {
    DocumentReader reader(document);
    std::string text;
    std::byte piece[7];
    while (const std::size_t size = reader.read(piece)) {
        text.append(reinterpret_cast<const char*>(piece), size);
    }
    return text;
}

std::vector<std::string> names(const DocumentList& list, const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& document : list.documents) {
        names.push_back(fs::path(document.path).lexically_relative(folder).native());
    }
    return names;
}

// Puts a file in the place of standard input while it lives.
class StandardInput {
public:
    explicit StandardInput(const fs::path& path) : saved_(::dup(STDIN_FILENO)) {
        std::FILE* const file = std::fopen(path.c_str(), "rb");
        REQUIRE(file != nullptr);
        ::dup2(::fileno(file), STDIN_FILENO);
        std::fclose(file);
    }
    ~StandardInput() {
        ::dup2(saved_, STDIN_FILENO);
        ::close(saved_);
    }
    StandardInput(const StandardInput&) = delete;
    StandardInput& operator=(const StandardInput&) = delete;

private:
    int saved_;
};

}  // namespace

TEST_SUITE("data/documents") {
    TEST_CASE(
        "a directory gives its files sorted by path bytes, without hidden entries and links") {
        const TemporaryFolder folder;
        for (const char* name : {"b.txt", "a/z.txt", "a/B.txt", "a.txt", "\u00e9.txt",
                                 ".hidden/x.txt", ".x", "a/.y"}) {
            write(folder / name, "text");
        }
        fs::create_symlink(folder / "b.txt", folder / "link.txt");
        fs::create_directory_symlink(folder / "a", folder / "loop");
        const auto list = find_documents({folder.path().native()}, folder.path());
        CHECK(names(list, folder.path()) ==
              std::vector<std::string>{"a.txt", "a/B.txt", "a/z.txt", "b.txt", "\u00e9.txt"});
        CHECK(list.notes.empty());
        CHECK(list.documents[0].size == 4);
    }

    TEST_CASE("binary files in a directory are skipped with a word, named ones are not") {
        const TemporaryFolder folder;
        const std::string late = std::string(8192, 'x') + '\0';
        write(folder / "binary", "ELF\0"s);
        write(folder / "edge", std::string(8191, 'x') + '\0');
        write(folder / "late", late);
        write(folder / "utf16",
              "\xFF\xFE"
              "a\0"s);
        write(folder / "utf32", "\0\0\xFE\xFF\0\0\0a"s);
        write(folder / "empty", "");
        const auto list = find_documents({folder.path().native()}, folder.path());
        CHECK(names(list, folder.path()) ==
              std::vector<std::string>{"empty", "late", "utf16", "utf32"});
        REQUIRE(list.notes.size() == 2);
        CHECK(list.notes[0].find("/binary: ") != std::string::npos);
        CHECK(list.notes[1].find("/edge: ") != std::string::npos);
        const auto named = find_documents({(folder / "binary").native()}, folder.path());
        REQUIRE(named.documents.size() == 1);
        CHECK(content(named.documents[0]) == "ELF\0"s);
    }

    TEST_CASE("arguments keep their order and a link that is named is followed") {
        const TemporaryFolder folder;
        write(folder / "one", "1");
        write(folder / "d/two", "2");
        fs::create_symlink(folder / "one", folder / "link");
        const auto list = find_documents(
            {(folder / "link").native(), (folder / "d").native(), (folder / "one").native()},
            folder.path());
        CHECK(names(list, folder.path()) == std::vector<std::string>{"link", "d/two", "one"});
        CHECK(content(list.documents[0]) == "1");
    }

    TEST_CASE("standard input can be read as often as a file") {
        const TemporaryFolder folder;
        write(folder / "input", "from standard input");
        const StandardInput input(folder / "input");
        const auto list = find_documents({"-"}, folder.path());
        REQUIRE(list.documents.size() == 1);
        CHECK(list.documents[0].size == 19);
        CHECK(content(list.documents[0]) == "from standard input");
        CHECK(content(list.documents[0]) == "from standard input");
        CHECK(shown_name(list.documents[0]) == "standard input");
        CHECK_THROWS_AS(find_documents({"-", "-"}, folder.path()), UsageError);
    }

    TEST_CASE("what is missing or has no text is refused by name") {
        const TemporaryFolder folder;
        fs::create_directories(folder / "bare");
        write(folder / "bare/.hidden", "x");
        CHECK_THROWS_WITH_AS(find_documents({(folder / "no\x1b").native()}, folder.path()),
                             doctest::Contains("no\\x1b"), InputError);
        CHECK_THROWS_WITH_AS(find_documents({(folder / "bare").native()}, folder.path()),
                             doctest::Contains("no text"), InputError);
    }
}
