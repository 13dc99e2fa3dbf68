#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/replace_file.hpp"
#include "base/scratch_file.hpp"
#include "base/shown_input.hpp"
#include "base/shown_path.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {
namespace {

void put(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// A file that the program may replace.
std::string own(const std::string& content) {
    return std::string(k_model_mark) + content;
}

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The message of the InputError that `action` throws; empty when it throws none.
template <typename Action>
std::string input_error(Action action) {
    try {
        action();
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("base/shown_path") {
    TEST_CASE("a path is shown without control characters") {
        CHECK(shown_path("plain/ß.txt") == "plain/ß.txt");
        CHECK(shown_path("a\x1b[2J\n\x7f") == "a\\x1b[2J\\x0a\\x7f");
        CHECK(shown_path("a\xc2\x9b!") == "a\\xc2\\x9b!");
        CHECK(shown_path("txt.\u202eexe\u2066") == "txt.\\xe2\\x80\\xaeexe\\xe2\\x81\\xa6");
        CHECK(shown_path("\ufeff\u2029\u061c\u200f") ==
              "\\xef\\xbb\\xbf\\xe2\\x80\\xa9\\xd8\\x9c\\xe2\\x80\\x8f");
        CHECK(shown_path("a\x9b\xe2\x80") == "a\\x9b\\xe2\\x80");
        CHECK(shown_path("\u65e5\u672c/\U0001F600 \u00a0\u2030") ==
              "\u65e5\u672c/\U0001F600 \u00a0\u2030");
    }
}

TEST_SUITE("base/file") {
    TEST_CASE("what is read from standard input is named so") {
        CHECK(shown_input("-") == "standard input");
        CHECK(shown_input("./-") == "./-");
        CHECK(shown_input("a\n") == "a\\x0a");
    }

    TEST_CASE("a file is read whole, in pieces of any size") {
        const TemporaryFolder folder;
        std::string content;
        for (int i = 0; i < 1000; ++i) content += static_cast<char>(i);
        put(folder / "a", content);
        CHECK(read_file(folder / "a") == content);
        for (const std::size_t piece : {1, 7, 999, 1000, 1001}) {
            CAPTURE(piece);
            FileReader opened(folder / "a");
            FileReader reader = std::move(opened);
            std::string found;
            std::vector<std::byte> buffer(piece);
            for (;;) {
                const std::size_t count = reader.read(buffer);
                found += text_of(std::span(buffer).first(count));
                if (count < piece) break;
            }
            CHECK(found == content);
            CHECK(reader.read(buffer) == 0);
        }
    }

    TEST_CASE("a file of just the limit is read, one byte more is refused") {
        const TemporaryFolder folder;
        put(folder / "a", std::string(100, 'x'));
        CHECK(read_file(folder / "a", 100).size() == 100);
        CHECK(input_error([&] { read_file(folder / "a", 99); }).find("longer than the 99 bytes") !=
              std::string::npos);
        CHECK(input_error([&] { read_file("/dev/zero", 1000); }) != "");
    }

    TEST_CASE("a file that cannot be read is an error that names it and the cause") {
        const TemporaryFolder folder;
        CHECK(input_error([&] { read_file(folder / "none"); }) ==
              "Cannot read " + (folder / "none").native() + ": No such file or directory.");
        CHECK(input_error([&] { read_file(folder.path()); }) ==
              "Cannot read " + folder.path().native() + ": Is a directory.");
    }

    TEST_CASE("a pipe is read to its end, however slowly it comes") {
        const TemporaryFolder folder;
        const auto path = folder / "pipe";
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            std::ofstream pipe(path);
            for (int i = 0; i < 20; ++i) {
                pipe << std::string(1000, static_cast<char>('a' + i)) << std::flush;
                ::usleep(500);
            }
            pipe.close();
            ::_exit(0);
        }
        const std::string content = read_file(path);
        ::waitpid(child, nullptr, 0);
        CHECK(content.size() == 20000);
        CHECK(content.back() == 't');
    }
}

TEST_SUITE("base/scratch_file") {
    TEST_CASE("a scratch file gives back what was appended and is seen by nobody") {
        const TemporaryFolder folder;
        ScratchFile first(folder / "deep/er");
        first.append(bytes_of("hello "));
        first.append(bytes_of("world"));
        ScratchFile second = std::move(first);
        second.append(bytes_of("!"));
        CHECK(second.size() == 12);
        std::array<std::byte, 5> part;
        CHECK(second.read_at(6, part) == 5);
        CHECK(text_of(part) == "world");
        CHECK(second.read_at(10, part) == 2);
        CHECK(second.read_at(12, part) == 0);
        CHECK(text_of(second.map()) == "hello world!");
        CHECK(std::filesystem::is_empty(folder / "deep/er"));
        CHECK_THROWS_AS(second.append(bytes_of("more")), std::logic_error);
        ScratchFile third(folder.path());
        third = std::move(second);
        CHECK(text_of(third.map()) == "hello world!");
        CHECK(ScratchFile(folder.path()).map().empty());
    }

    TEST_CASE("a scratch file in a folder that cannot be is an error that names it") {
        const TemporaryFolder folder;
        put(folder / "file", "");
        CHECK(input_error([&] { ScratchFile(folder / "file/in"); }).find("file/in") !=
              std::string::npos);
    }
}

TEST_SUITE("base/replace_file") {
    TEST_CASE("a replaced file has the new content only after it was verified") {
        const TemporaryFolder folder;
        const auto path = folder / "new/a";
        const auto first = own("first"), second = own("second");
        const auto write = [](const std::string& content) {
            return [content](const WriteBytes& put_bytes) {
                put_bytes(bytes_of(content.substr(0, 1)));
                put_bytes(bytes_of(content.substr(1)));
            };
        };
        replace_file(path, OwnFile::model, write(first));
        CHECK(read_file(path) == first);
        replace_file(path, OwnFile::model, write(second), [&](const std::filesystem::path& beside) {
            CHECK(read_file(beside) == second);
            CHECK(read_file(path) == first);
        });
        CHECK(read_file(path) == second);
        CHECK(!std::filesystem::exists(folder / "new/.a.carousel-partial"));
    }

    TEST_CASE("a replacement that fails leaves the old file and nothing beside it") {
        const TemporaryFolder folder;
        const auto path = folder / "a";
        put(path, own("old"));
        const auto write = [](const WriteBytes& put_bytes) { put_bytes(bytes_of("new")); };
        SUBCASE("while it is written") {
            CHECK_THROWS_AS(replace_file(path, OwnFile::model,
                                         [&](const WriteBytes& put_bytes) {
                                             write(put_bytes);
                                             throw std::runtime_error("no more");
                                         }),
                            std::runtime_error);
        }
        SUBCASE("while it is verified") {
            CHECK_THROWS_AS(replace_file(path, OwnFile::model, write,
                                         [](const std::filesystem::path&) {
                                             throw std::runtime_error("wrong");
                                         }),
                            std::runtime_error);
        }
        CHECK(read_file(path) == own("old"));
        CHECK(!std::filesystem::exists(folder / ".a.carousel-partial"));
    }

    TEST_CASE("what a killed process left beside a file does not hinder its replacement") {
        const TemporaryFolder folder;
        put(folder / "victim", "untouched");
        const auto write = [](const WriteBytes& put_bytes) { put_bytes(bytes_of("new")); };
        SUBCASE("as a file") {
            put(folder / ".a.carousel-partial", "a longer rest");
        }
        SUBCASE("as a link") {
            std::filesystem::create_symlink(folder / "victim", folder / ".a.carousel-partial");
        }
        replace_file(folder / "a", OwnFile::model, write);
        CHECK(read_file(folder / "a") == "new");
        CHECK(read_file(folder / "victim") == "untouched");
    }

    TEST_CASE("a link that is replaced stays one, and the file that it stands for is new") {
        const TemporaryFolder folder;
        namespace fs = std::filesystem;
        const auto write = [](const WriteBytes& put_bytes) { put_bytes(bytes_of("new")); };
        fs::create_directories(folder / "far/away");
        put(folder / "far/away/a", own("old"));
        fs::create_symlink("away/a", folder / "far/second");
        fs::create_symlink("far/second", folder / "first");
        replace_file(folder / "first", OwnFile::model, write);
        CHECK(fs::read_symlink(folder / "first") == "far/second");
        CHECK(fs::read_symlink(folder / "far/second") == "away/a");
        CHECK(read_file(folder / "far/away/a") == "new");

        fs::create_symlink("far/missing", folder / "dangling");
        replace_file(folder / "dangling", OwnFile::model, write);
        CHECK(fs::is_symlink(folder / "dangling"));
        CHECK(read_file(folder / "far/missing") == "new");

        fs::create_symlink("circle", folder / "circle");
        CHECK(input_error([&] { replace_file(folder / "circle", OwnFile::model, write); }) != "");
        CHECK(fs::is_symlink(folder / "circle"));
    }

    TEST_CASE("what lies beside a replaced file is left alone") {
        const TemporaryFolder folder;
        for (const char* name : {"a.partial", ".a.partial", "a~", "a.tmp"})
            put(folder / name, "mine");
        replace_file(folder / "a", OwnFile::model,
                     [](const WriteBytes& put_bytes) { put_bytes(bytes_of("new")); });
        for (const char* name : {"a.partial", ".a.partial", "a~", "a.tmp"})
            CHECK(read_file(folder / name) == "mine");
    }

    TEST_CASE("a device or a folder is never replaced") {
        const TemporaryFolder folder;
        const auto write = [](const WriteBytes& put_bytes) { put_bytes(bytes_of("x")); };
        CHECK(input_error([&] { replace_file("/dev/null", OwnFile::model, write); }) ==
              "Cannot write /dev/null: it is not a file. Choose another name.");
        CHECK(input_error([&] { replace_file(folder.path(), OwnFile::model, write); }) != "");
    }
}

TEST_SUITE("base/file_lock") {
    TEST_CASE("a file that has the name of a lock is neither locked nor removed") {
        const TemporaryFolder folder;
        put(folder / "poetry.lock", "[[package]]");
        CHECK(input_error([&] {
                  FileLock::try_acquire(folder / "poetry.lock");
              }).find("poetry.lock") != std::string::npos);
        CHECK(read_file(folder / "poetry.lock") == "[[package]]");
    }

    TEST_CASE("a lock is held by one at a time and leaves no file") {
        const TemporaryFolder folder;
        const auto path = folder / "models/a.lock";
        {
            auto first = FileLock::try_acquire(path);
            REQUIRE(first);
            CHECK(!FileLock::try_acquire(path));
            const FileLock moved = std::move(*first);
            first.reset();
            CHECK(!FileLock::try_acquire(path));
            CHECK(FileLock::try_acquire(folder / "b.lock"));
        }
        CHECK(!std::filesystem::exists(path));
        CHECK(FileLock::try_acquire(path));
    }

    TEST_CASE("a lock ends with the process that held it, however that ends") {
        const TemporaryFolder folder;
        const auto path = folder / "a.lock";
        int ready[2];
        REQUIRE(::pipe(ready) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const auto lock = FileLock::try_acquire(path);
            const char done = lock ? 'y' : 'n';
            if (::write(ready[1], &done, 1) != 1) ::_exit(1);
            for (;;) ::pause();
        }
        char done = 0;
        REQUIRE(::read(ready[0], &done, 1) == 1);
        CHECK(done == 'y');
        CHECK(!FileLock::try_acquire(path));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        for (const int end : ready) ::close(end);
        CHECK(std::filesystem::exists(path));
        CHECK(FileLock::try_acquire(path));
    }
}

}  // namespace carousel
