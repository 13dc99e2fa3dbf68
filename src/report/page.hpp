#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/own_file.hpp"
#include "report/surprising_lines.hpp"

// The room report makes HTML pages that need no other file: data in, a string out. To be read in
// this order:
//
//     page, page_style      the page, from its title to its tables; its style sheet
//     markup                text of strangers made harmless, the one way by which text gets in
//     line_chart, axis      curves in SVG; round numbers along them
//     colour_scale          nine colours for surprisal, light and dark
//     surprisal_text, surprising_lines, whole_characters    a text in them, its worst lines
//
// What never happens here: a script, an address outside of the page, a file, a model. What is given
// as text may hold anything; it can neither leave its element nor hide what a reader sees.

namespace carousel {

/// A name and what stands beside it, both any text.
struct PageRow {
    std::string name, value;
};

/// A column of samples, or one sample: what it is, and its text.
struct PageSample {
    std::string caption, text;
};

/// One HTML file that needs nothing else: no script, no address, its style inside, light or dark as
/// the reader's system is. What is given as text may be anything and is made harmless; `html` is
/// markup made by this room.
class Page {
public:
    /// `kind` stands small above the title; `mark`: what the program knows the page by.
    Page(std::string_view title, std::string_view kind, std::string_view mark = k_page_mark);

    /// A reader's program loads the page anew every so many seconds; 0: never.
    void reload_every(int seconds) { reload_seconds_ = seconds; }

    /// Figures that are read first, in large.
    void add_figures(const std::vector<PageRow>& figures);

    void add_heading(std::string_view text);
    void add_subheading(std::string_view text);
    void add_paragraph(std::string_view text);
    /// The legend of the colours.
    void add_scale();
    void add_lines(const std::vector<SurprisingLine>& lines);
    void add_html(std::string_view html) { body_ += html; }

    /// Tables side by side where there is room, each under its name.
    struct Table {
        std::string name;
        std::vector<PageRow> rows;
    };
    void add_tables(const std::vector<Table>& tables);

    /// One table of several columns, the first of which names the row; no row is longer than they.
    struct Grid {
        std::vector<std::string> columns;
        std::vector<std::vector<std::string>> rows;
    };
    void add_grid(const Grid& grid);

    /// What was typed.
    void add_command(std::string_view command);

    /// Samples side by side where there is room for their lines.
    void add_samples(const std::vector<PageSample>& samples);

    /// The whole file. Law: well-formed XML but for its first line, every element closed.
    std::string html() const;

private:
    std::string_view mark_;
    std::string title_, body_;
    int reload_seconds_ = 0;
};

}  // namespace carousel
