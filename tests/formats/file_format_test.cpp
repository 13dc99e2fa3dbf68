#include "formats/file_format.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "support/packed.hpp"

using namespace carousel;
using namespace std::string_literals;

TEST_SUITE("formats/file_format") {
    TEST_CASE("a file is what its beginning says, whatever it is called") {
        using enum FileFormat;
        const std::pair<std::string, FileFormat> files[] = {
            {"", text},
            {"The sea was calm.\n", text},
            {"<3 is a heart, <b>not</b> a page", text},
            {"BZh is no archive by that alone", text},
            {"PK is two letters", text},
            {"{\"event\":\"login\",\"user\":\"ann\"}\n", text},
            {"\x89PNG\r\n\x1a\n", text},
            {compressed("a", archive_write_add_filter_gzip), gzip},
            {compressed("a", archive_write_add_filter_xz), xz},
            {compressed("a", archive_write_add_filter_zstd), zstd},
            {compressed("a", archive_write_add_filter_bzip2), bzip2},
            {compressed("", archive_write_add_filter_bzip2), bzip2},
            {carousel::zip({{"a", "b"}}), FileFormat::zip},
            {carousel::tar({{"a", "b"}}), FileFormat::tar},
            {"<!DOCTYPE html>\n<p>", html},
            {"\xEF\xBB\xBF\n<!-- a page --><HTML>", html},
            {"<?xml version=\"1.0\"?>\n<!DOCTYPE HTML PUBLIC \"-//W3C\">", html},
            {"<?xml version=\"1.0\" encoding=\"windows-1251\"?>\n<FictionBook xmlns=\"\">",
             fiction_book},
            {"{\\rtf1\\ansi The sea}", rich_text},
            {"%PDF-1.7\n", pdf},
            {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0"s, old_word},
            {"\x89"
             "CRSL\r\n\x1a\1\0"s,
             own},
            {"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
             "<meta name=\"generator\" content=\"Carousel\"/>\n",
             own},
            {"{\"event\":\"start\",\"program\":\"carousel 0.1.0\"}\n", own},
            {"{\"event\":\"validation\",\"step\":5,\"epoch\":0,\"seconds\":1.0,\"learning_rate\":0."
             "1,\"training_loss\":3.2}\n",
             own},
        };
        for (const auto& [bytes, format] : files) {
            CAPTURE(bytes);
            CHECK(recognize_format(bytes.substr(0, k_format_front), "x.txt") == format);
        }
    }

    TEST_CASE("the ending makes a page only of what begins like one") {
        CHECK(recognize_format("<p>The sea", "a.HTML") == FileFormat::html);
        CHECK(recognize_format("<p>The sea", "a.txt") == FileFormat::text);
        CHECK(recognize_format("The sea", "a.html") == FileFormat::text);
    }

    TEST_CASE("a format that is not read says what makes a text of it") {
        CHECK(why_not_read(FileFormat::rich_text, "'a b.rtf'")->find("'a b.rtf'") !=
              std::string::npos);
        for (const auto format :
             {FileFormat::rich_text, FileFormat::pdf, FileFormat::old_word, FileFormat::tar}) {
            CHECK(why_not_read(format, "a")->find('`') != std::string::npos);
        }
        CHECK_FALSE(why_not_read(FileFormat::text, "a"));
        CHECK_FALSE(why_not_read(FileFormat::zip, "a"));
    }

    TEST_CASE("the encoding that a page declares is found in both spellings") {
        CHECK(declared_charset("<meta charset=\"koi8-r\">") == "koi8-r");
        CHECK(declared_charset("<META HTTP-EQUIV='Content-Type' CONTENT='text/html; "
                               "CharSet=windows-1251'>") == "windows-1251");
        CHECK(declared_charset("<p>").empty());
        CHECK(declared_charset("charset=").empty());
    }
}
