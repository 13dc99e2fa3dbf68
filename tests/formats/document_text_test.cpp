#include "formats/document_text.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"
#include "formats/memory_source.hpp"
#include "support/packed.hpp"

using namespace carousel;

namespace {

std::string text_of(const std::string& archive) {
    return text_of_zip(memory_source(archive));
}

std::string book(const std::string& spine, const std::string& more_files = "") {
    std::vector<std::pair<std::string, std::string>> files{
        {"mimetype", "application/epub+zip"},
        {"OEBPS/b.xhtml",
         "<?xml version=\"1.0\"?><html><head><title>no</title></head><body><h1>Second</h1><p>The "
         "end.</p></body></html>"},
        {"OEBPS/text/a one.xhtml",
         "<html><head/><body><p>First&nbsp;words.</p><script src=\"x\"/></body></html>"},
        {"OEBPS/unused.xhtml", "<html><body><p>never</p></body></html>"},
        {"OEBPS/package.opf",
         "<package><manifest><item id=\"x\" href=\"b.xhtml\"/><item id=\"y\" "
         "href=\"text/a%20one.xhtml\"/><item id=\"z\" href=\"unused.xhtml\"/></manifest><spine>" +
             spine + "</spine></package>"},
        {"META-INF/container.xml",
         "<container><rootfiles><rootfile "
         "full-path=\"OEBPS/package.opf\"/></rootfiles></container>"}};
    if (!more_files.empty()) files.emplace_back("META-INF/encryption.xml", more_files);
    return zip(files);
}

}  // namespace

TEST_SUITE("formats/document_text") {
    TEST_CASE("a .docx gives its paragraphs as lines, without what was deleted or said twice") {
        CHECK(text_of(word_document(
                  "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t xml:space=\"preserve\">The "
                  "sea </w:t></w:r><w:ins><w:r><w:t>was</w:t></w:r></w:ins>"
                  "<w:r><w:tab/><w:t>calm &amp; caf\u00e9.</w:t><w:br/><w:t>It</w:t></w:r></w:p>"
                  "<w:p/><w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
                  "<w:r><w:instrText>PAGE</w:instrText></w:r>"
                  "<mc:AlternateContent><mc:Choice><w:r><w:t>once</w:t></w:r></mc:Choice>"
                  "<mc:Fallback><w:r><w:t>twice</w:t></w:r></mc:Fallback></mc:AlternateContent>"
                  "</w:p>")) == "The sea was\tcalm & caf\u00e9.\nIt\n\nonce\n");
    }

    TEST_CASE("an .odt gives its paragraphs as lines, its blanks as meant") {
        CHECK(text_of(
                  zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                       {"content.xml",
                        "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\"><office:body>"
                        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
                        "<text:h>The\n   Sea</text:h><text:p>a<text:s text:c=\"3\"/>b<text:tab/>c"
                        "<text:line-break/>d<text:note><text:p>1</text:p></text:note></text:p>"
                        "<text:p/><text:p>e</text:p></office:body></office:document-content>"}})) ==
              "The Sea\na   b\tc\nd\n\ne\n");
    }

    TEST_CASE("an .epub gives its chapters in the order of its spine, each once") {
        CHECK(text_of(book("<itemref idref=\"y\"/><itemref idref=\"x\"/><itemref idref=\"x\"/>"
                           "<itemref idref=\"z\" linear=\"no\"/><itemref idref=\"nowhere\"/>")) ==
              "First\u00a0words.\n\nSecond\n\nThe end.\n");
    }

    TEST_CASE(
        "a chapter is read in the encoding that it declares, and refused where it is not in it") {
        const auto chapter = [](const std::string& page) {
            return text_of(zip(
                {{"mimetype", "application/epub+zip"},
                 {"a.xhtml", page},
                 {"p.opf",
                  "<package><manifest><item id=\"x\" href=\"a.xhtml\"/></manifest><spine><itemref "
                  "idref=\"x\"/></spine></package>"},
                 {"META-INF/container.xml",
                  "<container><rootfiles><rootfile full-path=\"p.opf\"/></rootfiles></container>"}}));
        };
        const std::string latin = "<html><body><p>caf\xE9</p></body></html>";
        CHECK(chapter("<?xml version=\"1.0\" encoding=\"windows-1252\"?>" + latin) ==
              "caf\u00e9\n");
        const char* const k_message = "a page in it is not the UTF-8 that it is said to be";
        CHECK_THROWS_WITH_AS(chapter(latin), doctest::Contains(k_message), InputError);
        using namespace std::string_literals;
        for (const auto& damaged :
             {"<p>a</p>\0\0<p>\xFF</p>"s, "<p>a</\xC0\x80p>"s, "<p>\xED\xA0\x80</p>"s,
              "<p>\xE0\x80\x80</p>"s, "<p>\xF4\x90\x80\x80</p>"s}) {
            CHECK_THROWS_WITH_AS(chapter(damaged), doctest::Contains(k_message), InputError);
        }
        const auto last = "<p>\u00E9\uD7FF\uFFFD\U0010FFFF</p>"s;
        CHECK(chapter(last) == "\u00E9\uD7FF\uFFFD\U0010FFFF\n");
    }

    TEST_CASE("a protected .epub is refused, fonts alone may be hidden") {
        const auto hidden = [](const std::string& file) {
            return "<encryption><CipherReference URI=\"" + file + "\"/></encryption>";
        };
        const std::string spine = "<itemref idref=\"x\"/>";
        CHECK_THROWS_WITH_AS(text_of(book(spine, hidden("OEBPS/b.xhtml"))),
                             doctest::Contains("protected"), InputError);
        CHECK_NOTHROW(text_of(book(spine, hidden("OEBPS/font.otf"))));
    }

    TEST_CASE("an .fb2 gives its verses and paragraphs, alone and in a zip archive") {
        const std::string content =
            "<?xml version=\"1.0\" encoding=\"windows-1251\"?><FictionBook><description><p>no</p>"
            "</description><body><title><p>\xCC\xEE\xF0\xE5</p></title><section><poem><stanza>"
            "<v>one</v><v>two</v></stanza><stanza><v>three</v></stanza></poem><p>prose</p><p>more"
            "</p></section></body><binary>AAAA</binary></FictionBook>";
        const std::string expected =
            "\u041c\u043e\u0440\u0435\n\none\ntwo\n\nthree\n\nprose\nmore\n";
        CHECK(text_of_fiction_book(memory_source(content)) == expected);
        CHECK(text_of(zip({{"book.fb2", content}})) == expected);
    }

    TEST_CASE("a page gives its text: paragraphs apart, cells and blanks as shown, no scripts") {
        CHECK(
            text_of_html("<!DOCTYPE html><html><head><title>T</title><style>p {}</style></head>"
                         "<body><h1>The\n Sea</h1>It was<br>calm.<p>And   <b>wide</b>, "
                         "caf\u00e9&eacute;<p>so<ul><li>one<li>two</ul><table><tr><td>a<td>b<tr>"
                         "<td>c</table><pre>  x\n    y</pre><script>no()</script>"
                         "<svg><text>no</text></svg>end",
                         "a file") ==
            "The Sea\n\nIt was\ncalm.\n\nAnd wide, caf\u00e9\u00e9\n\nso\n\none\ntwo\n\na b\nc\n\n"
            "  x\n    y\n\nend\n");
        CHECK(text_of_html("<p>before<style>p { all of the rest", "a file") == "before\n");
    }

    TEST_CASE("other archives are refused with what to do") {
        for (const auto& bytes : {zip({{"a.txt", "text"}, {"b.txt", "text"}}),
                                  zip({{"mimetype", "application/vnd.oasis.opendocument.graphics"},
                                       {"content.xml", "<a/>"}}),
                                  zip({{"xl/workbook.xml", "<a/>"}})}) {
            CHECK_THROWS_WITH_AS(text_of(bytes), doctest::Contains("unzip"), InputError);
        }
        CHECK_THROWS_WITH_AS(text_of(word_document("<w:p>")), doctest::Contains("damaged"),
                             InputError);
        CHECK_THROWS_WITH_AS(text_of(zip({{"META-INF/container.xml", "<container/>"}})),
                             doctest::Contains("damaged"), InputError);
    }
}
