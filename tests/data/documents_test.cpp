#include "data/documents.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "support/packed.hpp"
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

DocumentList found(const TemporaryFolder& folder, const std::vector<std::string>& arguments) {
    return find_documents(arguments, {.scratch_folder = folder.path()});
}

// What is found in a folder by these settings.
DocumentList found_in(const TemporaryFolder& folder, FindSettings settings) {
    settings.scratch_folder = folder.path();
    return find_documents({folder.path().native()}, settings);
}

std::vector<std::string> kinds(const DocumentList& list, const fs::path& folder) {
    std::vector<std::string> kinds;
    for (const auto& file : list.skipped) {
        kinds.push_back(fs::path(file.path).lexically_relative(folder).native() + ": " + file.kind);
    }
    std::sort(kinds.begin(), kinds.end());
    return kinds;
}

std::string all_of(const std::vector<std::string>& sentences) {
    std::string all;
    for (const auto& sentence : sentences) all += sentence + "\n";
    return all;
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
        const auto list = found_in(folder, FindSettings{});
        CHECK(names(list, folder.path()) ==
              std::vector<std::string>{"a.txt", "a/B.txt", "a/z.txt", "b.txt", "\u00e9.txt"});
        CHECK(kinds(list, folder.path()) ==
              std::vector<std::string>{"link.txt: links", "loop: links"});
        CHECK(all_of(list.notes) == "5 files: 5 .txt.\n");
        CHECK(list.documents[0].size == 4);
    }

    TEST_CASE("files of a directory that are no text are skipped and counted by kind") {
        const TemporaryFolder folder;
        write(folder / "binary", "ELF\0"s);
        write(folder / "edge", std::string(8191, 'x') + '\0');
        write(folder / "late", std::string(8192, 'x') + '\0');
        write(folder / "picture.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0"s);
        write(folder / "utf16",
              "\xFF\xFE"
              "a\0"s);
        write(folder / "utf32", "\0\0\xFE\xFF\0\0\0a"s);
        write(folder / "empty", "");
        write(folder / "odd", "ab\xFF");
        write(folder / "damaged.docx", word_document("<w:p>").substr(0, 200));
        write(folder / "a.pdf", "%PDF-1.4\n");
        write(folder / "a.rtf", "{\\rtf1 The sea}");
        write(folder / "m.carousel",
              "\x89"
              "CRSL\r\n\x1a\1\0"s);
        write(folder / "my report.html",
              "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
              "name=\"generator\" content=\"Carousel\"/>\n<p>text");
        write(folder / "m.log.jsonl", "{\"event\":\"start\",\"program\":\"carousel 0.1.0\"}\n");
        write(folder / "other.jsonl", "{\"event\":\"login\"}\n");
        const auto list = found_in(folder, FindSettings{});
        CHECK(names(list, folder.path()) ==
              std::vector<std::string>{"late", "other.jsonl", "utf16", "utf32"});
        CHECK(kinds(list, folder.path()) ==
              std::vector<std::string>{"a.pdf: PDF", "a.rtf: RTF", "binary: binary",
                                       "damaged.docx: damaged or protected", "edge: binary",
                                       "m.carousel: written by Carousel",
                                       "m.log.jsonl: written by Carousel",
                                       "my report.html: written by Carousel",
                                       "odd: in no known encoding", "picture.png: binary"});
        CHECK(counts_of_skipped(list.skipped) ==
              " Skipped: 1 PDF, 1 RTF, 3 binary, 1 damaged or protected, 1 in no known "
              "encoding, 3 written by Carousel (--verbose lists them).");
        CHECK(all_of(list.notes) == "4 files: 3 without ending, 1 .jsonl.\n");
    }

    TEST_CASE("a file that is named and is no text is an error that says what to do") {
        const TemporaryFolder folder;
        const std::pair<std::string, const char*> files[] = {
            {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0"s, "--unit byte"},
            {"ab\xFF", "not valid UTF-8 at byte offset 2"},
            {"{\\rtf1 The sea}", "unrtf"},
            {"%PDF-1.4\n", "pdftotext"},
            {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "antiword"},
            {tar({{"a", "b"}}), "tar -xf"},
            {compressed(tar({{"a", "b"}}), archive_write_add_filter_gzip), "tar -xf"},
            {zip({{"a", "b"}}), "unzip"},
            {"\x89"
             "CRSL\r\n\x1a\1\0"s,
             "Carousel itself wrote"},
        };
        for (const auto& [bytes, words] : files) {
            write(folder / "file", bytes);
            CHECK_THROWS_WITH_AS(found(folder, std::vector{(folder / "file").native()}),
                                 doctest::Contains(words), InputError);
            CHECK_THROWS_WITH_AS(found(folder, std::vector{(folder / "file").native()}),
                                 doctest::Contains("/file: "), InputError);
        }
        for (const auto& [bytes, words] :
             {std::pair("%PDF-1.4\n"s, "`pdftotext '"), {tar({{"a", "b"}}), "`tar -xf '"}}) {
            const auto path = (folder / "my file").native();  // the command can be pasted
            write(path, bytes);
            CHECK_THROWS_WITH_AS(found(folder, std::vector{path}),
                                 doctest::Contains((words + path + "'").c_str()), InputError);
        }
        write(folder / "late", std::string(9000, 'x') + '\0');
        write(folder / "nul", "a line\0\0\0 and more of it\n"s);
        CHECK_NOTHROW(found(folder, {(folder / "late").native(), (folder / "nul").native()}));
    }

    TEST_CASE("for a model of bytes every file is its bytes, packed ones too") {
        const TemporaryFolder folder;
        const std::string bytes = compressed("The sea", archive_write_add_filter_gzip);
        write(folder / "a.gz", bytes);
        const auto list = find_documents({(folder / "a.gz").native()},
                                         {.scratch_folder = folder.path(), .raw = true});
        CHECK(content(list.documents[0]) == bytes);
    }

    TEST_CASE("packed and marked up texts are read as their text") {
        const TemporaryFolder folder;
        write(folder / "a.txt.gz", compressed("\xFF\xFE"
                                              "s\0e\0a\0"s,
                                              archive_write_add_filter_gzip));
        write(folder / "b.docx", word_document("<w:p><w:r><w:t>caf\u00e9</w:t></w:r></w:p>"));
        write(folder / "c.html", "<html><meta charset='windows-1251'><p>\xCC\xEE\xF0\xE5");
        write(folder / "d.htm.xz",
              compressed("<html><p>packed</p></html>", archive_write_add_filter_xz));
        write(folder / "e.fb2", "<FictionBook><body><p>book</p></body></FictionBook>");
        const auto list = found_in(folder, FindSettings{});
        std::vector<std::string> texts;
        for (const auto& document : list.documents)
            texts.push_back(text_of(document, {}, Unit::codepoint));
        CHECK(texts == std::vector<std::string>{"sea", "caf\u00e9\n", "\u041c\u043e\u0440\u0435\n",
                                                "packed\n", "book\n"});
    }

    TEST_CASE("each file has its own encoding, which is told where it is a guess") {
        const TemporaryFolder folder;
        const std::string windows = "The sea\x92s a wide and lonely place, it\x92s said,\n";
        write(folder / "a.txt", "The sea\u2019s calm.\n");
        write(folder / "b.txt", windows);
        write(folder / "c.txt", "T\0h\0e\0 \0s\0e\0a\0"s);
        write(folder / "d.txt", "\u2019");
        const auto texts = [&](const DocumentList& list) {
            std::vector<std::string> texts;
            for (const auto& document : list.documents)
                texts.push_back(text_of(document, {}, Unit::codepoint));
            return texts;
        };
        const std::vector<std::string> expected{
            "The sea\u2019s calm.\n", "The sea\u2019s a wide and lonely place, it\u2019s said,\n",
            "The sea", "\u2019"};
        const auto guessed = found_in(folder, FindSettings{});
        CHECK(texts(guessed) == expected);
        CHECK(all_of(guessed.notes).find("read as windows-1252, a guess") != std::string::npos);
        CHECK(all_of(guessed.notes).find("read as UTF-16LE, a guess") != std::string::npos);
        CHECK(all_of(guessed.notes).find("b.txt") != std::string::npos);
        const auto told = found_in(folder, FindSettings{.decoding = {.encoding = "windows-1252"}});
        CHECK(texts(told) == expected);
        CHECK(all_of(told.notes).find("Read as windows-1252: ") != std::string::npos);
        fs::remove(folder / "b.txt");
        const auto needless = found_in(folder, FindSettings{.decoding = {.encoding = "koi8-r"}});
        CHECK(all_of(needless.notes).find("No file is read as koi8-r") != std::string::npos);
    }

    TEST_CASE("for older models a named encoding holds for files in UTF-8 too") {
        const TemporaryFolder folder;
        write(folder / "a.txt", "\u00e9");
        const auto list = found_in(
            folder, FindSettings{.decoding = {.encoding = "latin1"}, .named_everywhere = true});
        CHECK(text_of(list.documents[0], {}, Unit::codepoint) == "\u00c3\u00a9");
    }

    TEST_CASE("--invalid keeps UTF-8, which a guess would turn into something else") {
        const TemporaryFolder folder;
        write(folder / "a.txt", "The caf\xE9s on the quay are said to close in winter.\n");
        const auto list =
            found_in(folder, FindSettings{.decoding = {.invalid = InvalidInput::replace}});
        CHECK(text_of(list.documents[0], {.invalid = InvalidInput::replace}, Unit::codepoint) ==
              "The caf\uFFFDs on the quay are said to close in winter.\n");
    }

    TEST_CASE("text that was decoded wrongly before is warned of") {
        const TemporaryFolder folder;
        write(folder / "a.txt",
              "It\u00e2\u20ac\u2122s and it\u00e2\u20ac\u2122s, Caf\u00c3\u00a9.");
        write(folder / "b.txt", "One \u00c3\u00a9 may be meant.");
        const auto list = found_in(folder, FindSettings{});
        REQUIRE(list.warnings.size() == 1);
        CHECK(list.warnings[0].find("a.txt") != std::string::npos);
        CHECK(list.warnings[0].find("\u00e2\u20ac\u2122") != std::string::npos);
        CHECK(list.warnings[0].find("3 times") != std::string::npos);
    }

    TEST_CASE("patterns choose among the files of a directory and a .gitignore is obeyed") {
        const TemporaryFolder folder;
        for (const char* name : {"a.txt", "b.md", "notes/c.txt", "notes/draft/d.txt", "build/e.txt",
                                 "build/keep/f.txt", "notes/skip.txt"}) {
            write(folder / name, "text");
        }
        write(folder / ".gitignore", "build/\n");
        write(folder / "notes/.gitignore", "skip.txt\n");
        const auto chosen = [&](std::vector<std::string> include,
                                std::vector<std::string> exclude) {
            return names(found_in(folder, FindSettings{.include = std::move(include),
                                                       .exclude = std::move(exclude)}),
                         folder.path());
        };
        using Names = std::vector<std::string>;
        CHECK(chosen({}, {}) == Names{"a.txt", "b.md", "notes/c.txt", "notes/draft/d.txt"});
        CHECK(chosen({"*.txt"}, {}) == Names{"a.txt", "notes/c.txt", "notes/draft/d.txt"});
        CHECK(chosen({"*.txt"}, {"draft/"}) == Names{"a.txt", "notes/c.txt"});
        CHECK(chosen({"notes/**", "*.md"}, {}) ==
              Names{"b.md", "notes/c.txt", "notes/draft/d.txt"});
        CHECK_THROWS_WITH_AS(chosen({"*.tex"}, {}), doctest::Contains("for these patterns"),
                             InputError);
    }

    TEST_CASE("the rules of a repository hold in a folder of it, not those outside") {
        const TemporaryFolder folder;
        write(folder / "repository/.git/HEAD", "ref");
        write(folder / "repository/.gitignore", "*.tmp\n/src/gen\n!important.tmp\n");
        write(folder / ".gitignore", "*.txt\n");
        for (const char* name : {"a.txt", "b.tmp", "important.tmp", "gen/c.txt"})
            write(folder / ("repository/src/" + std::string(name)), "text");
        const auto list = found(folder, std::vector{(folder / "repository/src").native()});
        CHECK(names(list, folder / "repository/src") ==
              std::vector<std::string>{"a.txt", "important.tmp"});
    }

    TEST_CASE("a file that cannot be read is skipped in a directory and an error when named") {
        const TemporaryFolder folder;
        write(folder / "a.txt", "text");
        write(folder / "secret.txt", "text");
        fs::permissions(folder / "secret.txt", fs::perms::none);
        if (::access((folder / "secret.txt").c_str(), R_OK) == 0) return;  // root reads all
        CHECK(kinds(found_in(folder, FindSettings{}), folder.path()) ==
              std::vector<std::string>{"secret.txt: unreadable"});
        CHECK_THROWS_AS(found(folder, std::vector{(folder / "secret.txt").native()}), InputError);
    }

    TEST_CASE(
        "a file that is changed after it was found is refused at its end, one that grew ends") {
        const TemporaryFolder folder;
        const std::string text(200000, 'x');
        write(folder / "a.txt", text);
        const auto list = found(folder, std::vector{(folder / "a.txt").native()});
        CHECK(content(list.documents[0]) == text);
        write(folder / "a.txt", text + "more");
        CHECK(content(list.documents[0]) == text);
        for (const auto& changed : {text.substr(1), std::string(), "y" + text.substr(1)}) {
            write(folder / "a.txt", changed);
            CHECK_THROWS_WITH_AS(content(list.documents[0]), doctest::Contains("changed while"),
                                 InputError);
        }
    }

    TEST_CASE("an address is told from a file that is missing") {
        const TemporaryFolder folder;
        CHECK_THROWS_WITH_AS(found(folder, std::vector{"https://example.org/a.txt"s}),
                             doctest::Contains("curl"), InputError);
        CHECK_THROWS_WITH_AS(found(folder, std::vector{"a://b c"s}), doctest::Contains("address"),
                             InputError);
        CHECK_THROWS_WITH_AS(found(folder, std::vector{"missing.txt"s}),
                             doctest::Contains("Cannot read"), InputError);
    }

    TEST_CASE("arguments keep their order and a link that is named is followed") {
        const TemporaryFolder folder;
        write(folder / "one", "1");
        write(folder / "d/two", "2");
        fs::create_symlink(folder / "one", folder / "link");
        const auto list = found(folder, {(folder / "link").native(), (folder / "d").native(),
                                         (folder / "one").native()});
        CHECK(names(list, folder.path()) == std::vector<std::string>{"link", "d/two", "one"});
        CHECK(content(list.documents[0]) == "1");
    }

    TEST_CASE("standard input can be read as often as a file") {
        const TemporaryFolder folder;
        write(folder / "input", "from standard input");
        const StandardInput input(folder / "input");
        const auto list = found(folder, std::vector<std::string>{"-"});
        REQUIRE(list.documents.size() == 1);
        CHECK(list.documents[0].size == 19);
        CHECK(content(list.documents[0]) == "from standard input");
        CHECK(content(list.documents[0]) == "from standard input");
        CHECK(shown_name(list.documents[0]) == "standard input");
        CHECK_THROWS_AS(found(folder, std::vector{"-"s, "-"s}), UsageError);
    }

    TEST_CASE("what is missing or has no text is refused by name") {
        const TemporaryFolder folder;
        fs::create_directories(folder / "bare");
        write(folder / "bare/.hidden", "x");
        CHECK_THROWS_WITH_AS(found(folder, std::vector{(folder / "no\x1b").native()}),
                             doctest::Contains("no\\x1b"), InputError);
        CHECK_THROWS_WITH_AS(found(folder, std::vector{(folder / "bare").native()}),
                             doctest::Contains("no text"), InputError);
    }
}
