#include "formats/file_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/own_file.hpp"

namespace carousel {

namespace {

using namespace std::string_view_literals;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with(std::string_view text, std::string_view lower_case) {
    return text.size() >= lower_case.size() &&
           std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                      [](char a, char b) { return a == lower(b); });
}

bool ends_with(std::string_view text, std::string_view lower_case) {
    return text.size() >= lower_case.size() &&
           begins_with(text.substr(text.size() - lower_case.size()), lower_case);
}

void skip(std::string_view& text, std::size_t count) {
    text.remove_prefix(std::min(count, text.size()));
}

void skip_blanks(std::string_view& text) {
    skip(text, text.find_first_not_of(" \t\r\n\f"));
}

/// What stands behind mark, blanks, declaration and comments.
std::string_view first_element(std::string_view front) {
    if (front.starts_with("\xEF\xBB\xBF")) front.remove_prefix(3);
    for (;;) {
        skip_blanks(front);
        const auto end = front.starts_with("<!--") ? "-->"sv
                         : front.starts_with("<?") ? "?>"sv
                                                   : ""sv;
        if (end.empty()) return front;
        const auto at = front.find(end);
        if (at == std::string_view::npos) return {};
        front.remove_prefix(at + end.size());
    }
}

constexpr std::array<std::pair<std::string_view, FileFormat>, 8> k_beginnings{{
    {"\x1F\x8B", FileFormat::gzip},
    {{"\xFD"
      "7zXZ\0",
      6},
     FileFormat::xz},
    {"\x28\xB5\x2F\xFD", FileFormat::zstd},
    {"PK\x03\x04", FileFormat::zip},
    {"PK\x05\x06", FileFormat::zip},  // without entries
    {"{\\rtf", FileFormat::rich_text},
    {"%PDF-", FileFormat::pdf},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", FileFormat::old_word},
}};

}  // namespace

FileFormat recognize_format(std::string_view front, std::string_view name) {
    if (own_file(front.substr(0, k_own_file_start))) return FileFormat::own;
    for (const auto& [beginning, format] : k_beginnings) {
        if (front.starts_with(beginning)) return format;
    }
    // "BZh", the block size, and the number that begins a block or the end.
    if (front.starts_with("BZh") && front.size() >= 10 && front[3] >= '1' && front[3] <= '9' &&
        (front.substr(4, 6) == "1AY&SY" || front.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv)) {
        return FileFormat::bzip2;
    }
    if (front.size() > 262 && front.substr(257, 5) == "ustar") return FileFormat::tar;
    const auto element = first_element(front);
    if (element.starts_with("<FictionBook")) return FileFormat::fiction_book;
    const bool named =
        ends_with(name, ".html") || ends_with(name, ".htm") || ends_with(name, ".xhtml");
    const bool wide = front.starts_with("\xFF\xFE<\0"sv) || front.starts_with("\xFE\xFF\0<"sv);
    if (begins_with(element, "<!doctype html") || begins_with(element, "<html") ||
        (named && (element.starts_with("<") || wide))) {
        return FileFormat::html;
    }
    return FileFormat::text;
}

bool is_compressed(FileFormat format) {
    return format == FileFormat::gzip || format == FileFormat::xz || format == FileFormat::zstd ||
           format == FileFormat::bzip2;
}

std::optional<std::string> why_not_read(FileFormat format, std::string_view path) {
    const auto convert = [&](std::string_view what, std::string_view command) {
        return fmt::format("{}, which is not read. `{}` makes a text of it.", what,
                           fmt::format(fmt::runtime(command), path));
    };
    switch (format) {
        case FileFormat::own:
            return "a file that Carousel itself wrote (a model, a log, a list or a page), and no "
                   "text to read.";
        case FileFormat::rich_text:
            return convert("Rich Text (RTF)", "unrtf --text {0} > {0}.txt");
        case FileFormat::pdf:
            return convert("a PDF", "pdftotext {0} {0}.txt");
        case FileFormat::old_word:
            return convert("a document of the old Word format", "antiword {0} > {0}.txt");
        case FileFormat::tar:
            return fmt::format(
                "an archive of files (tar). Unpack it with `tar -xf {}` and name the folder.",
                path);
        default:
            return std::nullopt;
    }
}

std::string declared_charset(std::string_view front) {
    constexpr auto k_word = "charset="sv;
    const auto found = std::search(front.begin(), front.end(), k_word.begin(), k_word.end(),
                                   [](char a, char b) { return lower(a) == b; });
    if (found == front.end()) return {};
    front.remove_prefix(static_cast<std::size_t>(found - front.begin()) + k_word.size());
    if (front.starts_with('"') || front.starts_with('\'')) front.remove_prefix(1);
    return std::string(
        front.substr(0, std::min<std::size_t>(front.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                                      "0123456789-_:."),
                                              40)));
}

}  // namespace carousel
