#include "report/page.hpp"

#include <fmt/format.h>

#include "base/own_file.hpp"
#include "report/colour_scale.hpp"
#include "report/markup.hpp"
#include "report/page_style.hpp"

// Each function appends one element to the body. Text goes through `visible_markup`, without an
// exception; what is appended as it is comes from this room.

namespace carousel {

Page::Page(std::string_view title, std::string_view kind)
    : title_(plain_markup(title)),
      body_(fmt::format("<header><p class=\"kind\">{}</p><h1>{}</h1></header>\n",
                        visible_markup(kind), visible_markup(title))) {}

void Page::add_figures(const std::vector<PageRow>& figures) {
    body_ += "<dl class=\"figures\">\n";
    for (const auto& [name, value] : figures) {
        body_ += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", visible_markup(name),
                             visible_markup(value));
    }
    body_ += "</dl>\n";
}

void Page::add_heading(std::string_view text) {
    body_ += fmt::format("<h2>{}</h2>\n", visible_markup(text));
}

void Page::add_subheading(std::string_view text) {
    body_ += fmt::format("<h3>{}</h3>\n", visible_markup(text));
}

void Page::add_paragraph(std::string_view text) {
    body_ += fmt::format("<p>{}</p>\n", visible_markup(text));
}

void Page::add_scale() {
    body_ += scale_legend();
}

void Page::add_lines(const std::vector<SurprisingLine>& lines) {
    body_ += "<div class=\"text lines\">\n";
    for (const auto& line : lines) {
        body_ += fmt::format("<span>{}</span><span>{:.2f} bits</span><p lang=\"\">{}</p>\n",
                             visible_markup(line.place), line.bits_per_character, line.html);
    }
    body_ += "</div>\n";
}

void Page::add_tables(const std::vector<Table>& tables) {
    body_ += "<div class=\"tables\">\n";
    for (const auto& table : tables) {
        body_ += fmt::format("<section><h3>{}</h3><table>\n", visible_markup(table.name));
        for (const auto& [name, value] : table.rows) {
            body_ += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                                 visible_markup(name), visible_markup(value));
        }
        body_ += "</table></section>\n";
    }
    body_ += "</div>\n";
}

void Page::add_grid(const Grid& grid) {
    body_ += "<div class=\"grid\"><table>\n<tr>";
    for (const auto& name : grid.columns)
        body_ += fmt::format("<th scope=\"col\">{}</th>", visible_markup(name));
    body_ += "</tr>\n";
    for (const auto& row : grid.rows) {
        body_ += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            const char* element = i == 0 ? "th scope=\"row\"" : "td";
            body_ += fmt::format("<{}>{}</{}>", element, visible_markup(row[i]),
                                 std::string_view(element).substr(0, 2));
        }
        body_ += "</tr>\n";
    }
    body_ += "</table></div>\n";
}

void Page::add_samples(const std::vector<PageSample>& samples) {
    body_ += "<div class=\"samples\">\n";
    for (const auto& sample : samples) {
        body_ += fmt::format(
            "<section><h4>{}</h4><div class=\"sample\" lang=\"\" dir=\"auto\">{}</div></section>\n",
            visible_markup(sample.caption), visible_markup(sample.text));
    }
    body_ += "</div>\n";
}

std::string Page::html() const {
    // The policy lets nothing be loaded or run, whatever the text says.
    return fmt::format(
        "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n{}\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n"
        "</html>\n",
        k_page_mark, title_, page_style(), body_);
}

}  // namespace carousel
