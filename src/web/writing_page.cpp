#include "web/writing_page.hpp"

#include <fmt/format.h>

#include "base/own_file.hpp"
#include "web/embedded_data.hpp"
#include "web/scripts.hpp"

namespace carousel {

namespace {

// The policy lets the page's own scripts run, also what they assemble for the processor, and lets
// nothing be loaded, sent or opened, whatever the model says.
constexpr std::string_view k_policy =
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'";

}  // namespace

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
