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

std::string inspection_table(const InspectOptions& options, const Snapshot& snapshot) {
    Table table;
    for (const auto& [name, value] : inspection_rows(options.file, snapshot))
        table.add(name, value);
    const auto history = history_table(snapshot.history);
    return table.text(columns_of(STDOUT_FILENO)) + (history.empty() ? "" : '\n' + history);
}

}  // namespace

int inspect(const InspectOptions& options, const GlobalOptions&) {
    const Snapshot snapshot = load_snapshot(model_file(options.file));
    try {
        Output().write(options.json ? inspection_json(options.file, snapshot)
                                    : inspection_table(options, snapshot));
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    return 0;
}

}  // namespace carousel
