#include "formats/markup.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/error.hpp"

using namespace carousel;

namespace {

// Writes down what it hears.
class Listener : public MarkupListener {
public:
    void start(std::string_view element, const Attributes& attributes) override {
        heard += "<" + std::string(element);
        for (const auto& [name, value] : attributes)
            heard += " " + std::string(name) + "=" + std::string(value);
        heard += ">";
        ++elements;
    }
    void end(std::string_view element) override { heard += "</" + std::string(element) + ">"; }
    void text(std::string_view piece) override { heard += piece; }

    std::string heard;
    std::size_t elements = 0;
};

std::string hear_xml(const std::string& document, std::size_t piece = 1 << 20) {
    Listener listener;
    std::size_t at = 0;
    read_xml(
        [&](std::span<std::byte> buffer) {
            const auto size = std::min({piece, buffer.size(), document.size() - at});
            std::memcpy(buffer.data(), document.data() + at, size);
            at += size;
            return size;
        },
        "a file", listener);
    return listener.heard;
}

std::string hear_html(std::string_view page) {
    Listener listener;
    read_html(page, "UTF-8", "a file", listener);
    return listener.heard;
}

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

}  // namespace

TEST_SUITE("formats/markup") {
    TEST_CASE("XML is told as elements and text, in pieces of any size") {
        const std::string document =
            "<?xml version=\"1.0\"?><w:a xmlns:w=\"w\" w:x=\"1\"><w:b/>caf\u00e9 &amp; &#233;"
            "<![CDATA[<t>]]></w:a>";
        const std::string expected = "<a x=1><b></b>caf\u00e9 & \u00e9<t></a>";
        CHECK(hear_xml(document) == expected);
        CHECK(hear_xml(document, 1) == expected);
    }

    TEST_CASE("XML in the encoding that it declares comes as UTF-8") {
        CHECK(
            hear_xml("<?xml version=\"1.0\" encoding=\"windows-1251\"?><p>\xCC\xEE\xF0\xE5</p>") ==
            "<p>\u041c\u043e\u0440\u0435</p>");
    }

    TEST_CASE(
        "XML that is cut, wrong or deep is refused with its line, and no terminal is driven") {
        for (const std::string& document :
             {std::string("<a>\n<b></a>"), std::string("<a>"), std::string(), std::string("text"),
              std::string("<a>&nothing;</a>"), std::string("<a>\xFF</a>")}) {
            CHECK_THROWS_WITH_AS(hear_xml(document), doctest::Contains("a file: damaged"),
                                 InputError);
        }
        CHECK_THROWS_WITH_AS(hear_xml("<a>\n<b></a>"), doctest::Contains("line 2"), InputError);
        CHECK_NOTHROW(hear_xml(repeated("<b>", 256) + repeated("</b>", 256)));
        CHECK_THROWS_WITH_AS(hear_xml(repeated("<b>", 257) + repeated("</b>", 257)),
                             doctest::Contains("nest more than 256"), InputError);
        try {
            hear_xml("<a></b\x1b[31m>");
            FAIL("accepted");
        } catch (const InputError& error) {
            CHECK(std::string_view(error.what()).find('\x1b') == std::string_view::npos);
        }
    }

    TEST_CASE("a document that declares entities is refused before any is made larger") {
        CHECK_THROWS_WITH_AS(
            hear_xml("<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]>"
                     "<a>&c;</a>"),
            doctest::Contains("declares entities"), InputError);
        CHECK_THROWS_AS(hear_xml("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>"
                                 "<a>&b;</a>"),
                        InputError);
        CHECK_THROWS_AS(hear_xml("<!DOCTYPE a [<!ENTITY % b SYSTEM \"file:///etc/passwd\"> %b;]>"
                                 "<a/>"),
                        InputError);
    }

    TEST_CASE("HTML without ends is read, and its scripts are apart from its text") {
        const auto heard = hear_html(
            "<title>T</title><p>one<p>two<br>three<script>if (a<b) x()</script>four &eacute; "
            "&#8217; &nosuch;<unknown>five");
        for (const char* part : {"<p>one</p>", "<p>two<br></br>three<script>", "if (a<b) x()",
                                 "</script>four \u00e9 \u2019 &nosuch", "<unknown>five"}) {
            CAPTURE(heard);
            CHECK(heard.find(part) != std::string::npos);
        }
    }

    TEST_CASE("HTML that nests too deep or only closes is refused or read in little time") {
        CHECK_THROWS_WITH_AS(hear_html(repeated("<div>", k_deepest_html + 10)),
                             doctest::Contains("nest too deep"), InputError);
        CHECK_NOTHROW(hear_html(repeated("<b><i>", 400) + "text"));
        const auto many = repeated("<b>", 1500) + repeated("</i>", 400000);
        CHECK_THROWS_WITH_AS(hear_html(many), doctest::Contains("refused"), InputError);
    }

    TEST_CASE("what a listener throws ends the reading and comes out") {
        class Thrower : public Listener {
            void text(std::string_view) override { throw std::domain_error("enough"); }
        } thrower;
        CHECK_THROWS_AS(read_html("<p>text<p>text", "UTF-8", "a file", thrower), std::domain_error);
    }
}
