#include "base/own_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/replace_file.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {
namespace {

void put_file(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

const std::string k_model(k_model_mark);
std::string html_with(std::string_view mark) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n" +
           std::string(mark) + "\n";
}
const std::string k_page = html_with(k_page_mark);

}  // namespace

TEST_SUITE("base/own_file") {
    TEST_CASE("what the program wrote is known by how it begins") {
        CHECK(own_file(k_model + "rest") == OwnFile::model);
        CHECK(own_file(k_page) == OwnFile::page);
        CHECK(own_file(html_with(k_report_mark)) == OwnFile::report);
        CHECK(own_file(std::string(k_character_list_head) + "0\tb.txt") == OwnFile::character_list);
        CHECK(own_file(k_line_list_head) == OwnFile::line_list);
        CHECK(own_file(R"({"event":"start","program":"carousel 1","command":"x"})") ==
              OwnFile::log);
        CHECK(own_file(R"({"event":"validation","step":25,"epoch":1)") == OwnFile::log);
        CHECK(own_file("12345678" + std::string(k_safetensors_mark) + "1\"") ==
              OwnFile::safetensors);
        CHECK(own_file(std::string(k_comparison_mark) + "1\",") == OwnFile::comparison);
    }

    TEST_CASE("no text of somebody's is taken for it") {
        for (const std::string text :
             {"", "The sea was calm.\n", "<!DOCTYPE html>\n<html><head><title>Carousel</title>",
              "# of carousel.model\n", R"({"event":"login","step":3})",
              R"({"event":"start","at":1})", "index\tfile\tline\n", "\x89PNG\r\n\x1a\n",
              R"(12345678{"__metadata__":{"format":"pt"}})"}) {
            CAPTURE(text);
            CHECK_FALSE(own_file(text));
        }
        // A page that quotes the mark far down is somebody else's.
        CHECK_FALSE(own_file("<!DOCTYPE html>\n" + std::string(600, ' ') + k_page));
    }

    TEST_CASE("an output replaces nothing, an empty file, or one of its kind") {
        const TemporaryFolder folder;
        put_file(folder / "model", k_model);
        put_file(folder / "page", k_page);
        put_file(folder / "empty", "");
        put_file(folder / "report", html_with(k_report_mark));
        put_file(folder / "text", "a text");
        std::filesystem::create_symlink(folder / "text", folder / "link");
        for (const char* name : {"missing", "empty", "page"})
            CHECK(is_replaceable(folder / name, OwnFile::page));
        for (const char* name : {"model", "report", "text", "link", "."})
            CHECK_FALSE(is_replaceable(folder / name, OwnFile::page));
        CHECK_FALSE(is_replaceable("/dev/null", OwnFile::page));
        CHECK_FALSE(own_file_at(folder / "missing"));
        CHECK_FALSE(own_file_at(folder.path()));
    }

    TEST_CASE("of a name that no file can have is said what the system says") {
        const TemporaryFolder folder;
        CHECK_THROWS_WITH_AS(is_replaceable(folder / std::string(300, 'a'), OwnFile::page),
                             doctest::Contains("File name too long"), InputError);
    }

    TEST_CASE("replace_file leaves a file of another kind as it is") {
        const TemporaryFolder folder;
        put_file(folder / "text", "a text");
        const auto write = [](const WriteBytes& put_bytes) {
            put_bytes(std::as_bytes(std::span(k_page)));
        };
        CHECK_THROWS(replace_file(folder / "text", OwnFile::page, write));
        CHECK(read_file(folder / "text") == "a text");
        replace_file(folder / "page", OwnFile::page, write);
        replace_file(folder / "page", OwnFile::page, write);
        CHECK(read_file(folder / "page") == k_page);
        CHECK_THROWS(replace_file(folder / "page", OwnFile::model, write));
    }
}

}  // namespace carousel
