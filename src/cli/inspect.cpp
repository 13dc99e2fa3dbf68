#include "cli/inspect.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "app/activation_json.hpp"
#include "app/activation_page.hpp"
#include "app/activation_text.hpp"
#include "app/inspection_json.hpp"
#include "app/inspection_text.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "cli/work_screen.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

std::string inspection_table(const std::filesystem::path& file, const Snapshot& snapshot) {
    Table table;
    for (const auto& [name, value] : inspection_rows(file, snapshot)) table.add(name, value);
    const auto history = history_table(snapshot.history);
    return table.text(columns_of(STDOUT_FILENO)) + (history.empty() ? "" : '\n' + history);
}

void look_at_units(const InspectOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const auto found = look_at_units(options.file, options.looking, [&](const WorkEvent& event) {
        show(event, ShowSkipped::as_warning, screen);
    });
    screen.clear();
    try {
        Output().write(options.json ? activation_json(found.report, options.file.string(),
                                                      options.looking.text.string())
                                    : activation_text(found.report));
    } catch (const OutputClosed&) {
        // The page is still to be written.
    }
    if (!options.looking.html) return;
    const auto page = write_activation_page(found, options.looking);
    screen.line(fmt::format(
        "{} ({}) shows {}: open it in a browser.", shown_path(*options.looking.html),
        format_bytes(static_cast<double>(page.bytes)), format_count(page.characters, "character")));
}

}  // namespace

int inspect(const InspectOptions& options, const GlobalOptions& global) {
    if (options.activations) {
        look_at_units(options, global);
        return 0;
    }
    const auto file = model_file(options.file);
    const Snapshot snapshot = load_snapshot(file);
    try {
        Output().write(options.json ? inspection_json(file, snapshot)
                                    : inspection_table(file, snapshot));
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    return 0;
}

}  // namespace carousel
