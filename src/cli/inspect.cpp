#include "cli/inspect.hpp"

#include <unistd.h>

#include <string>

#include "app/inspection_json.hpp"
#include "app/inspection_text.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

std::string inspection_table(const std::filesystem::path& file, const Snapshot& snapshot) {
    Table table;
    for (const auto& [name, value] : inspection_rows(file, snapshot))
        table.add(name, value);
    const auto history = history_table(snapshot.history);
    return table.text(columns_of(STDOUT_FILENO)) + (history.empty() ? "" : '\n' + history);
}

}  // namespace

int inspect(const InspectOptions& options, const GlobalOptions&) {
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
