#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "formats/document_text.hpp"
#include "formats/memory_source.hpp"
#include "formats/unpacking.hpp"
#include "fuzz/campaign.hpp"
#include "support/packed.hpp"
#include "text/decoding.hpp"
#include "text/utf8.hpp"

using namespace carousel;

namespace {

/// What an input is made to be. A changed bit seldom gets past the checksum of an archive: most
/// inputs are markup, which is packed as it is.
enum class Kind : std::uint8_t {
    html,
    fiction_book,
    packed_fiction_book,
    word,
    word_body,
    open_document,
    chapter,
    package,
    container,
    zip,
    compressed,
    count_
};

constexpr int (*k_filters[])(archive*) = {
    archive_write_add_filter_gzip, archive_write_add_filter_xz, archive_write_add_filter_zstd,
    archive_write_add_filter_bzip2};

std::string book(std::string_view chapter, std::string_view package, std::string_view container) {
    const std::string p =
        "<package><manifest><item id=\"x\" href=\"a.xhtml\"/></manifest><spine><itemref "
        "idref=\"x\"/></spine></package>";
    const std::string c =
        "<container><rootfiles><rootfile full-path=\"p.opf\"/></rootfiles></container>";
    return zip({{"mimetype", "application/epub+zip"},
                {"a.xhtml", std::string(chapter)},
                {"p.opf", package.empty() ? p : std::string(package)},
                {"META-INF/container.xml", container.empty() ? c : std::string(container)}});
}

std::string unpacked(const std::string& file) {
    const auto source = memory_source(file);
    Decompressor reader(source);
    std::string text;
    std::vector<std::byte> buffer(1 << 16);
    while (const auto count = reader.read(buffer))
        text.append(reinterpret_cast<const char*>(buffer.data()), count);
    return text;
}

std::string text_of_packed(const std::string& file) {
    return text_of_zip(memory_source(file));
}

std::string text_of(Kind kind, Choices& choices) {
    const bool broken = kind == Kind::compressed && choices.below(2) == 1;
    const std::size_t filter = choices.below(std::size(k_filters));
    const std::string rest(choices.rest());
    switch (kind) {
        case Kind::html: {
            std::string page;  // what comes here has been decoded
            Decoder decoder({.encoding = "UTF-8", .invalid = InvalidInput::replace}, "a file");
            decoder.push(std::as_bytes(std::span(rest)), page);
            decoder.finish(page);
            return text_of_html(page, "a file");
        }
        case Kind::fiction_book:
            return text_of_fiction_book(memory_source(rest));
        case Kind::packed_fiction_book:
            return text_of_packed(zip({{"a.fb2", rest}}));
        case Kind::word:
            return text_of_packed(
                zip({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", rest}}));
        case Kind::word_body:
            return text_of_packed(word_document(rest));
        case Kind::open_document:
            return text_of_packed(zip(
                {{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", rest}}));
        case Kind::chapter:
            return text_of_packed(book(rest, "", ""));
        case Kind::package:
            return text_of_packed(book("<html><body><p>a</p></body></html>", rest, ""));
        case Kind::container:
            return text_of_packed(book("<html><body><p>a</p></body></html>", "", rest));
        case Kind::zip:
            return text_of_packed(rest);
        default: {
            if (broken) return unpacked(rest) + '\n';
            const auto text = unpacked(compressed(rest, k_filters[filter]));
            if (text != rest) throw std::runtime_error("it came back as another text");
            return "";
        }
    }
}

/// A document is read to an end or refused, and what comes of it is lines of UTF-8.
std::string flaw_of_document(const std::string& input) {
    Choices choices(input);
    const auto kind = static_cast<Kind>(choices.below(static_cast<std::size_t>(Kind::count_)));
    try {
        const auto text = text_of(kind, choices);
        if (kind == Kind::compressed) return {};  // any bytes
        if (valid_utf8_prefix(text) != text.size()) return "the text is not valid UTF-8";
        if (!text.empty() && text.back() != '\n') return "the last line is not ended";
        const bool plain = kind == Kind::html || kind == Kind::fiction_book;
        const std::size_t most = plain ? 4 * input.size() + 16 : 200 * input.size() + (1 << 20);
        if (text.size() > most) return "the text outgrows its markup";
    } catch (const InputError& error) {
        if (std::string_view(error.what()).size() > 600) return "the message is endless";
    }
    return {};
}

std::string as(Kind kind, const std::string& content) {
    return static_cast<char>(kind) + content;
}

}  // namespace

TEST_SUITE("fuzz/documents") {
    TEST_CASE("no packed or marked-up text crashes its reader or becomes anything but lines") {
        const std::string page =
            "<html><head><title>t</title></head><body><h1>The sea</h1><p>was &amp; is<br>calm</p>"
            "<ul><li>a<li>b</ul><pre>\n x  y</pre><table><tr><td>1<td>2</table></body></html>";
        const std::string word =
            "<w:p><w:r><w:t xml:space=\"preserve\">The sea </w:t></w:r><w:ins><w:r><w:t>was</w:t>"
            "</w:r></w:ins><w:del><w:r><w:delText>no</w:delText></w:r></w:del><w:tab/></w:p>";
        const std::string fiction =
            "<?xml version=\"1.0\" encoding=\"windows-1251\"?><FictionBook><body><section><title>"
            "<p>T</p></title><p>One.</p><poem><stanza><v>a</v><v>b</v></stanza></poem></section>"
            "</body><binary>AAAA</binary></FictionBook>";
        const std::string open =
            "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\"><office:body><text:p>a"
            "<text:s text:c=\"3\"/>b<text:tab/>c</text:p></office:body></office:document-content>";
        const std::string package =
            "<package><manifest><item id=\"x\" href=\"a.xhtml\"/></manifest><spine><itemref "
            "idref=\"x\"/><itemref idref=\"x\"/></spine></package>";
        run({.name = "documents",
             .seeds = {as(Kind::html, page), as(Kind::fiction_book, fiction),
                       as(Kind::packed_fiction_book, fiction), as(Kind::word_body, word),
                       as(Kind::word,
                          "<w:document xmlns:w=\"w\"><w:body>" + word + "</w:body></w:document>"),
                       as(Kind::open_document, open), as(Kind::chapter, page),
                       as(Kind::package, package),
                       as(Kind::container,
                          "<container><rootfile full-path=\"p.opf\"/></container>"),
                       as(Kind::zip, word_document(word)), as(Kind::zip, book(page, "", "")),
                       as(Kind::compressed, std::string("\0\0", 2) + page),
                       as(Kind::compressed, std::string("\1\0", 2) +
                                                compressed(page, archive_write_add_filter_gzip))},
             .words = {"<",
                       ">",
                       "</",
                       "/>",
                       "<![CDATA[",
                       "]]>",
                       "<!--",
                       "-->",
                       "<!DOCTYPE x [",
                       "<!ENTITY a \"b\">",
                       "&a;",
                       "&#0;",
                       "&#xD800;",
                       "&nbsp;",
                       "<?xml ",
                       "encoding=\"UTF-16\"",
                       "xml:space=\"preserve\"",
                       "<br/>",
                       "<p>",
                       "</p>",
                       "<pre>",
                       "<script>",
                       "</script>",
                       "<w:p>",
                       "<w:t>",
                       "<w:del>",
                       "<mc:Fallback>",
                       "<text:s text:c=\"99999999\"/>",
                       "../../x",
                       "%00",
                       "a.xhtml",
                       "PK\x03\x04",
                       "PK\x01\x02",
                       "PK\x05\x06",
                       "\xFF\xFE",
                       "\xC0\x80",
                       "\u202E"},
             .usual = 1500,
             .mutate = {},
             .harness = flaw_of_document});
    }
}
