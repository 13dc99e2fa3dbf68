#include "formats/markup.hpp"

#include <fmt/format.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <limits>
#include <memory>
#include <new>

#include "base/error.hpp"

// libxml2 tells elements and text by calls back (SAX), so that no tree is built. The calls pass on
// to the listener what they hear; an exception of its own waits until libxml2 has returned. All
// messages of libxml2 go to us, none to the terminal.

namespace carousel {

namespace {

constexpr std::size_t k_xml_piece = std::size_t{1} << 16;

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

struct FreeParser {
    void operator()(xmlParserCtxt* parser) const {
        if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
        parser->myDoc = nullptr;
        xmlFreeParserCtxt(parser);
    }
};
using Parser = std::unique_ptr<xmlParserCtxt, FreeParser>;

// What the calls back share.
struct Reading {
    MarkupListener& listener;
    const std::string& name;
    xmlParserCtxt* parser = nullptr;
    Attributes attributes{};
    std::size_t depth = 0, work = 0;
    std::string flaw{};  // the first one that libxml2 calls fatal
    std::exception_ptr failure{};
};

// Passes a call on; after an exception the parser stops.
template <typename Call>
void pass_on(void* data, Call call) {
    auto& reading = *static_cast<Reading*>(data);
    if (reading.failure) return;
    try {
        call(reading);
    } catch (...) {
        reading.failure = std::current_exception();
        xmlStopParser(reading.parser);
    }
}

[[noreturn]] void refuse(const Reading& reading, std::string_view why) {
    throw InputError(fmt::format("{}: {}", reading.name, why));
}

void hear_text(void* data, const xmlChar* text, int size) {
    pass_on(data, [&](Reading& reading) {
        reading.listener.text(
            {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
    });
}

void hear_error(void* data, xmlErrorPtr error) {
    auto& reading = *static_cast<Reading*>(data);
    if (error->level != XML_ERR_FATAL || !reading.flaw.empty()) return;
    std::string_view words = error->message != nullptr ? error->message : "unreadable";
    while (words.ends_with('\n')) words.remove_suffix(1);
    // What it quotes of the file is left out: it may drive a terminal.
    const bool plain =
        std::all_of(words.begin(), words.end(), [](char c) { return c >= ' ' && c <= '~'; });
    reading.flaw =
        fmt::format("line {}: {}", error->line, plain ? words.substr(0, 120) : "odd bytes");
}

// XML.

void start_xml(void* data, const xmlChar* name, const xmlChar*, const xmlChar*, int,
               const xmlChar**, int count, int, const xmlChar** attributes) {
    pass_on(data, [&](Reading& reading) {
        if (++reading.depth > k_deepest_xml) {
            refuse(reading, fmt::format("refused, since its elements nest more than {} deep.",
                                        k_deepest_xml));
        }
        reading.attributes.clear();
        for (int i = 0; i < count; ++i) {  // name, prefix, namespace, begin and end of the value
            const xmlChar* const* const one = attributes + std::ptrdiff_t{5} * i;
            const auto* const begin = reinterpret_cast<const char*>(one[3]);
            const auto size = static_cast<std::size_t>(one[4] - one[3]);
            reading.attributes.emplace_back(view(one[0]), std::string_view(begin, size));
        }
        reading.listener.start(view(name), reading.attributes);
    });
}

void end_xml(void* data, const xmlChar* name, const xmlChar*, const xmlChar*) {
    pass_on(data, [&](Reading& reading) {
        --reading.depth;
        reading.listener.end(view(name));
    });
}

void declare_entity(void* data, const xmlChar*, int, const xmlChar*, const xmlChar*, xmlChar*) {
    pass_on(data, [&](Reading& reading) {
        refuse(reading,
               "refused, since it declares entities of its own. Take them out of its DOCTYPE.");
    });
}

// HTML.

void start_html(void* data, const xmlChar* name, const xmlChar** attributes) {
    pass_on(data, [&](Reading& reading) {
        reading.work += ++reading.depth;
        if (reading.depth > k_deepest_html || reading.work > k_most_html_work) {
            refuse(reading, "refused, since its elements nest too deep for a page that is read.");
        }
        reading.attributes.clear();
        for (; attributes != nullptr && *attributes != nullptr; attributes += 2) {
            reading.attributes.emplace_back(view(attributes[0]), view(attributes[1]));
        }
        reading.listener.start(view(name), reading.attributes);
    });
}

void end_html(void* data, const xmlChar* name) {
    pass_on(data, [&](Reading& reading) {
        if (reading.depth > 0) --reading.depth;
        reading.listener.end(view(name));
    });
}

// An end without a beginning is an error, for which the parser has looked through all that is open.
void hear_html_error(void* data, xmlErrorPtr) {
    pass_on(data, [&](Reading& reading) {
        reading.work += reading.depth + 1;
        if (reading.work > k_most_html_work) {
            refuse(reading, "refused, since it has more errors than a page that is read.");
        }
    });
}

/// Whether bytes that look like characters are some: libxml2 takes longer forms than needed, and
/// surrogates, for characters. Source: The Unicode Standard, table 3-7.
bool are_characters(std::string_view bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        const auto first = static_cast<unsigned char>(bytes[i]);
        const auto second = static_cast<unsigned char>(bytes[i + 1]);
        if (first == 0xC0 || first == 0xC1 || first > 0xF4 || (first == 0xE0 && second < 0xA0) ||
            (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
            (first == 0xF4 && second > 0x8F)) {
            return false;
        }
    }
    return true;
}

/// The parser guesses on behind bytes that are none, and what it guesses is no text of the page.
bool is_utf8(std::string_view page) {
    const std::string terminated(page);
    for (std::size_t at = 0; at < terminated.size(); at = terminated.find('\0', at)) {
        while (at < terminated.size() && terminated[at] == '\0') ++at;
        if (xmlCheckUTF8(reinterpret_cast<const xmlChar*>(terminated.c_str() + at)) == 0)
            return false;
    }
    return are_characters(page);
}

xmlSAXHandler handler() {
    xmlSAXHandler calls;
    std::memset(&calls, 0, sizeof calls);
    calls.initialized = XML_SAX2_MAGIC;
    calls.characters = hear_text;
    calls.ignorableWhitespace = hear_text;
    calls.cdataBlock = hear_text;
    return calls;
}

}  // namespace

std::string_view attribute(const Attributes& attributes, std::string_view name) {
    const auto found = std::find_if(attributes.begin(), attributes.end(),
                                    [&](const auto& one) { return one.first == name; });
    return found == attributes.end() ? std::string_view{} : found->second;
}

void read_xml(const std::function<std::size_t(std::span<std::byte>)>& read, const std::string& name,
              MarkupListener& listener) {
    xmlSAXHandler calls = handler();
    calls.startElementNs = start_xml;
    calls.endElementNs = end_xml;
    calls.entityDecl = declare_entity;
    calls.serror = hear_error;
    Reading reading{.listener = listener, .name = name};
    const Parser parser(xmlCreatePushParserCtxt(&calls, &reading, nullptr, 0, nullptr));
    if (!parser) throw std::bad_alloc();
    reading.parser = parser.get();
    xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET);
    std::vector<std::byte> piece(k_xml_piece);
    for (std::size_t size = 1; size > 0 && !reading.failure && reading.flaw.empty();) {
        size = read(piece);
        xmlParseChunk(parser.get(), reinterpret_cast<const char*>(piece.data()),
                      static_cast<int>(size), size == 0 ? 1 : 0);
    }
    if (reading.failure) std::rethrow_exception(reading.failure);
    if (!reading.flaw.empty() || parser->wellFormed == 0) {
        refuse(reading, fmt::format("damaged: no well-formed XML ({}). Save it again.",
                                    reading.flaw.empty() ? "it ends early" : reading.flaw));
    }
}

void read_html(std::string_view page, const std::string& encoding, const std::string& name,
               MarkupListener& listener) {
    Reading reading{.listener = listener, .name = name};
    if (page.size() > k_largest_html) {
        refuse(reading,
               fmt::format("refused, since a page of HTML may have {} MiB.", k_largest_html >> 20));
    }
    if (encoding == "UTF-8" && !is_utf8(page)) {
        refuse(reading,
               "damaged: a page in it is not the UTF-8 that it is said to be. Save it again.");
    }
    const Parser parser(htmlNewParserCtxt());
    if (!parser) throw std::bad_alloc();
    xmlSAXHandler calls = handler();
    calls.startElement = start_html;
    calls.endElement = end_html;
    calls.serror = hear_html_error;
    *parser->sax = calls;
    parser->userData = &reading;
    reading.parser = parser.get();
    htmlCtxtReadMemory(parser.get(), page.data(), static_cast<int>(page.size()), nullptr,
                       encoding.c_str(), HTML_PARSE_NONET);
    if (reading.failure) std::rethrow_exception(reading.failure);
}

}  // namespace carousel
