#include "cli/fill.hpp"

#include <fmt/format.h>

#include <span>
#include <string>

#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "cli/output.hpp"
#include "cli/work_screen.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

std::string shown(const std::string& text) {
    return '"' + printable(text, Whitespace::escape) + '"';
}

std::string place_of(const TextPosition& position) {
    return fmt::format("{}:{}", position.line, position.column);
}

/// The alternatives of each gap, with their shares.
std::string table_of(const FillReport& report) {
    std::string table;
    for (const auto& [position, alternatives] : report.gaps) {
        table += fmt::format("{}\n", place_of(position));
        for (const auto& each : alternatives)
            table += fmt::format("  {:8.4f}  {}\n", each.share, shown(each.text));
    }
    return table;
}

std::string row_of(const ProposedCorrection& each) {
    return fmt::format("{:<10} {:.4f}  {:<12}  {} -> {}  in {}[{}]{}\n", place_of(each.position),
                       each.sure, format_value(each.slip), shown(each.old), shown(each.replacement),
                       printable(each.before, Whitespace::escape),
                       printable(each.replacement, Whitespace::escape),
                       printable(each.after, Whitespace::escape));
}

/// Results of a command; a reader who goes away has read enough.
void write_results(Screen& screen, const std::string& text) {
    screen.clear();
    try {
        Output().write(text);
    } catch (const OutputClosed&) {
    }
}

}  // namespace

int fill(const FillOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const auto report = fill_text(
        options, [&](const WorkEvent& event) { show(event, ShowSkipped::as_warning, screen); });
    const bool terminal = Output().is_terminal();
    if (options.json) {
        write_results(screen, fill_json(options, report, terminal));
    } else if (options.count > 1) {
        write_results(screen, table_of(report));
    } else {
        write_results(screen, terminal ? printable(report.text) : report.text);
    }
    return 0;
}

int correct(const CorrectOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const auto report = correct_text(
        options, [&](const WorkEvent& event) { show(event, ShowSkipped::as_warning, screen); },
        [&](std::span<const std::byte> bytes) {
            write_results(screen, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        });
    const bool text_is_out = options.output && *options.output == "-";
    if (options.json) {
        write_results(screen, correction_json(options, report, Output().is_terminal()));
    } else if (!text_is_out) {
        std::string rows;
        for (const auto& each : report.corrections) rows += row_of(each);
        write_results(screen, rows);
    }
    screen.clear();
    screen.line(fmt::format("{} in {}{}.", format_count(report.corrections.size(), "correction"),
                            format_count(report.characters, "character"),
                            options.output && !text_is_out
                                ? "; the corrected text is in " + shown_path(*options.output)
                                : ""));
    return 0;
}

}  // namespace carousel
