#include "formats/document_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "formats/book.hpp"
#include "formats/document_kinds.hpp"
#include "formats/markup.hpp"
#include "formats/unpacking.hpp"

namespace carousel {

namespace {

/// What a zip archive holds, by the names in it.
struct ZipContent {
    std::string word, open_document, fiction_book;  ///< names of entries
    bool book = false;
    int files = 0;
};

bool is_word_document(std::string_view name) {
    constexpr std::string_view k_begin = "word/document", k_end = ".xml";
    if (!name.starts_with(k_begin) || !name.ends_with(k_end)) return false;
    name = name.substr(k_begin.size(), name.size() - k_begin.size() - k_end.size());
    return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ZipContent content_of(ZipArchive& archive) {
    ZipContent content;
    std::string type;
    archive.for_each([&](const std::string& name, const ZipArchive::ReadEntry& read) {
        if (!name.ends_with('/')) ++content.files;
        if (name == "mimetype" && type.empty()) type = read_all(read).substr(0, 100);
        if (is_word_document(name)) content.word = name;
        if (name == "content.xml") content.open_document = name;
        if (name == "META-INF/container.xml") content.book = true;
        if (name.ends_with(".fb2")) content.fiction_book = name;
    });
    if (!type.starts_with("application/vnd.oasis.opendocument.text")) content.open_document = {};
    if (content.files != 1) content.fiction_book = {};
    return content;
}

std::string text_of_entry(ZipArchive& archive, const std::string& entry, DocumentLayout& document) {
    read_entry(archive, entry, document);
    return document.take();
}

}  // namespace

std::string text_of_zip(const ByteSource& source) {
    ZipArchive archive(source);
    const ZipContent content = content_of(archive);
    if (!content.word.empty()) return text_of_entry(archive, content.word, *word_document());
    if (content.book) return text_of_book(archive);
    if (!content.open_document.empty())
        return text_of_entry(archive, content.open_document, *open_document());
    if (!content.fiction_book.empty())
        return text_of_entry(archive, content.fiction_book, *fiction_book());
    throw OtherArchive(fmt::format(
        "{}: a zip archive, but no document (.docx, .odt, .epub). Unpack it with `unzip` into a "
        "folder and name that.",
        source.name));
}

std::string text_of_fiction_book(const ByteSource& source) {
    const auto book = fiction_book();
    std::uint64_t offset = 0;
    read_xml(
        [&](std::span<std::byte> buffer) {
            const std::size_t size = source.read_at(offset, buffer);
            offset += size;
            return size;
        },
        source.name, *book);
    return book->take();
}

std::string text_of_html(std::string_view page, const std::string& name) {
    const auto document = html_page();
    read_html(page, "UTF-8", name, *document);
    return document->take();
}

}  // namespace carousel
