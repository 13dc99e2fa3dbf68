#include "web/writing_page.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

#include "base/own_file.hpp"
#include "web/scripts.hpp"

namespace carousel {

namespace {

// The policy lets the page's own scripts run, also what they assemble for the processor, and lets
// nothing be loaded, sent or opened, whatever the model says.
constexpr std::string_view k_policy =
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'";

// JSON that stands in an element: in it "<" occurs within texts alone, where it may be a number.
std::string harmless_json(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (const char c : json) {
        if (c == '<')
            out += "\\u003c";
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
    constexpr std::string_view k_characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group =
                group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out += i + j <= bytes.size() ? k_characters[group >> (18 - 6 * j) & 63U] : '=';
    }
    return out;
}

std::string writing_page_html(const WritingPage& page) {
    return fmt::format(
        "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n{}\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<title>{}</title>\n<style>\n{}\n{}</style>\n</head>\n<body>\n{}"
        "<script type=\"application/json\" id=\"model\">{}</script>\n"
        "<script type=\"text/plain\" id=\"weights\">{}</script>\n"
        "<script>\n'use strict';\n(() => {{\n{}\n// The view.\n{}\n}})();\n</script>\n</body>\n"
        "</html>\n",
        k_page_mark, k_policy, page.title, page.style, writing_style(), writing_body(),
        harmless_json(page.model), base64(page.weights), engine_scripts(), view_scripts());
}

}  // namespace carousel
