#include "web/units_page.hpp"

#include <fmt/format.h>

#include "base/own_file.hpp"
#include "web/embedded_data.hpp"
#include "web/scripts.hpp"

namespace carousel {

namespace {

// The page's own scripts may run, also what they assemble for the processor, and nothing may be
// loaded, sent or opened, whatever the text says.
constexpr std::string_view k_units_policy =
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'";

constexpr std::string_view k_place_of_text = "%TEXT%";

}  // namespace

std::string units_page_html(const UnitsPage& page) {
    const auto body = units_body();
    const auto place = body.find(k_place_of_text);
    auto html = fmt::format(
        "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n{}\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<title>{}</title>\n<style>\n{}\n{}</style>\n</head>\n<body>\n<main class=\"units\">\n"
        "<header><p class=\"kind\">Carousel: what the units of a model do</p><h1>{}</h1></header>\n"
        "{}{}{}</main>\n<script type=\"application/json\" id=\"facts\">{}</script>\n",
        k_page_mark, k_units_policy, page.title, page.style, units_style(), page.title,
        body.substr(0, place), page.text, body.substr(place + k_place_of_text.size()),
        harmless_json(page.facts));
    for (const auto& [name, bytes] : page.data) {
        html += fmt::format("<script type=\"text/plain\" id=\"{}\">", name);
        html += base64(bytes);
        html += "</script>\n";
    }
    html += "<script>\n'use strict';\n(() => {\n";
    html += units_scripts();
    return html + "\n})();\n</script>\n</body>\n</html>\n";
}

}  // namespace carousel
