#include "formats/unpacking.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "formats/memory_source.hpp"
#include "support/packed.hpp"

using namespace carousel;

namespace {

std::string unpacked(const std::string& bytes, std::size_t piece = 1 << 16) {
    const ByteSource source = memory_source(bytes);
    Decompressor decompressor(source);
    std::string text, buffer(piece, '\0');
    while (const auto size = decompressor.read(std::as_writable_bytes(std::span(buffer))))
        text.append(buffer, 0, size);
    return text;
}

const std::vector<int (*)(archive*)> k_filters{
    archive_write_add_filter_gzip, archive_write_add_filter_xz, archive_write_add_filter_zstd,
    archive_write_add_filter_bzip2};

std::string some_text() {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i * i) + "\n";
    return text;
}

}  // namespace

TEST_SUITE("formats/unpacking") {
    TEST_CASE("what was compressed comes out as it was, in pieces of any size") {
        for (const auto filter : k_filters) {
            for (const auto& text : {some_text(), std::string("x"), std::string()}) {
                const auto bytes = compressed(text, filter);
                CHECK(unpacked(bytes) == text);
                CHECK(unpacked(bytes, 7) == text);
            }
        }
    }

    TEST_CASE("two compressed files one behind the other are both read") {
        const auto one = compressed("one\n", archive_write_add_filter_gzip);
        CHECK(unpacked(one + compressed("two\n", archive_write_add_filter_gzip)) == "one\ntwo\n");
    }

    TEST_CASE("a compressed file cut short at any length is refused by name") {
        for (const auto filter : k_filters) {
            const auto bytes = compressed(some_text(), filter);
            for (std::size_t size = bytes.size() / 2; size < bytes.size() - 8; size += 97) {
                CHECK_THROWS_WITH_AS(unpacked(bytes.substr(0, size)), doctest::Contains("a file: "),
                                     InputError);
            }
        }
    }

    TEST_CASE("a file made to fill the disk is refused before it has") {
        const auto bomb =
            compressed(std::string((k_free_unpacked) + 1, '\0'), archive_write_add_filter_zstd);
        REQUIRE(bomb.size() < (1U << 20));
        CHECK_THROWS_WITH_AS(unpacked(bomb), doctest::Contains("refused"), InputError);
    }

    TEST_CASE("entries of a zip archive are read by name, more than once") {
        const auto bytes = zip({{"a", "first"}, {"folder/b", some_text()}});
        const ByteSource source = memory_source(bytes);
        ZipArchive archive(source);
        for (int pass = 0; pass < 2; ++pass) {
            std::vector<std::string> names;
            archive.for_each([&](const std::string& name, const ZipArchive::ReadEntry& read) {
                names.push_back(name);
                if (name == "folder/b") CHECK(read_all(read) == some_text());
            });
            CHECK(names == std::vector<std::string>{"a", "folder/b"});
        }
    }

    TEST_CASE("a zip archive cut or damaged anywhere is refused or read, and nothing worse") {
        const auto bytes = zip({{"a", "first"}, {"b", some_text()}});
        int refused = 0;
        const auto read = [&](const std::string& damaged) {
            try {
                const ByteSource source = memory_source(damaged);
                ZipArchive archive(source);
                archive.for_each([](const std::string&, const ZipArchive::ReadEntry& entry) {
                    (void)read_all(entry);
                });
            } catch (const InputError&) {
                ++refused;
            }
        };
        for (std::size_t size = 0; size < bytes.size(); size += 101) read(bytes.substr(0, size));
        CHECK(refused > 10);
        refused = 0;
        for (std::size_t at = 0; at < bytes.size(); at += 53) {
            auto damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
            read(damaged);
        }
        CHECK(refused > 10);  // the sums of entries tell
    }

    TEST_CASE("entries that unpack to more than the limit together are refused") {
        const auto part = std::string(k_most_of_entries / 4 + 1, ' ');
        const auto bytes = zip({{"a", part}, {"b", part}});
        const ByteSource source = memory_source(bytes);
        ZipArchive archive(source);
        const auto read = [&] {
            std::vector<std::byte> buffer(1 << 16);
            archive.for_each([&](const std::string&, const ZipArchive::ReadEntry& entry) {
                while (entry(buffer) > 0) continue;
            });
        };
        CHECK_NOTHROW(read());
        CHECK_THROWS_WITH_AS(read(), doctest::Contains("unpacks to more than"), InputError);
    }

    TEST_CASE("an error of the source itself reaches the caller") {
        const std::string bytes = zip({{"a", "first"}});
        ByteSource source = memory_source(bytes);
        source.read_at = [](std::uint64_t, std::span<std::byte>) -> std::size_t {
            throw InputError("Cannot read a file: Input/output error.");
        };
        CHECK_THROWS_WITH_AS(Decompressor{source}, doctest::Contains("Input/output"), InputError);
    }
}
