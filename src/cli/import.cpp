#include "cli/import.hpp"

#include <fmt/format.h>

#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "base/words.hpp"
#include "cli/screen.hpp"

namespace carousel {

int import_model(const ImportRequest& request, const GlobalOptions& global) {
    Screen screen(global);
    const auto imported = import_from_pytorch(request);
    for (const auto& note : imported.notes) screen.line(note);
    const auto& model = imported.config;
    screen.line(fmt::format("{} is written: {}, {} of {} units, {} symbols.",
                            shown_path(imported.file), format_value(model.cell),
                            format_count(static_cast<std::uint64_t>(model.layers), "layer"),
                            model.hidden_size, model.vocabulary_size));
    return 0;
}

}  // namespace carousel
