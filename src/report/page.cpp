#include "report/page.hpp"

#include <fmt/format.h>

#include "report/colour_scale.hpp"
#include "report/markup.hpp"
#include "report/page_style.hpp"
#include "report/surprisal_text.hpp"

// Each function appends one element to the body. Text goes through `visible_markup`, without an
// exception; what is appended as it is comes from this room.

namespace carousel {

namespace {

// Each line of a text as a paragraph, so that one that must be broken can be told from two.
std::string lines_of(std::string_view text) {
    std::string out;
    for (;;) {
        const auto end = text.find('\n');
        out += fmt::format("<p>{}</p>", visible_markup(text.substr(0, end)));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

Page::Page(std::string_view title, std::string_view kind, std::string_view mark)
    : mark_(mark),
      title_(plain_markup(title)),
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
    for (std::size_t rank = 0; rank < lines.size(); ++rank) {
        const auto& line = lines[rank];
        const auto name = visible_markup(line.name);
        const auto place =
            line.linked ? fmt::format("<a href=\"#{}\">{}</a>", anchor_of(line.place), name) : name;
        body_ += fmt::format(
            "<span id=\"{}\">{}</span><span>{:.2f} bits</span><p lang=\"\"{}>{}</p>\n",
            entry_anchor(rank), place, line.bits_per_character,
            line.direction == Direction::right_to_left ? " dir=\"rtl\"" : "", line.html);
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
            // On a narrow page each value stands beside the name of its column.
            const auto value = visible_markup(row[i]);
            body_ += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", value)
                            : fmt::format("<td data-c=\"{}\">{}</td>",
                                          plain_markup(grid.columns.at(i)), value);
        }
        body_ += "</tr>\n";
    }
    body_ += "</table></div>\n";
}

void Page::add_samples(const std::vector<PageSample>& samples) {
    body_ += "<div class=\"samples\">\n";
    for (const auto& [caption, text] : samples) {
        body_ += fmt::format(
            "<section><h4>{}</h4><div class=\"sample\" lang=\"\" dir=\"auto\">{}</div></section>\n",
            visible_markup(caption), lines_of(text));
    }
    body_ += "</div>\n";
}

void Page::add_command(std::string_view command) {
    body_ += "<p class=\"command\">";
    // It is broken between words and not within "--time".
    for (;;) {
        const auto end = command.find(' ');
        body_ += fmt::format("<span>{}</span>", visible_markup(command.substr(0, end)));
        if (end == std::string_view::npos) break;
        body_ += ' ';
        command.remove_prefix(end + 1);
    }
    body_ += "</p>\n";
}

std::string Page::html() const {
    const auto reload =
        reload_seconds_ > 0
            ? fmt::format("<meta http-equiv=\"refresh\" content=\"{}\"/>\n", reload_seconds_)
            : "";
    // The policy lets nothing be loaded or run, whatever the text says.
    return fmt::format(
        "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n{}\n{}"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n"
        "</html>\n",
        mark_, reload, title_, page_style(), body_);
}

}  // namespace carousel
