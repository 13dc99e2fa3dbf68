#include "cli/export.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "app/model_export.hpp"
#include "app/pytorch_export.hpp"
#include "app/writing_page.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "cli/screen.hpp"
#include "snapshot/model_files.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace fs = std::filesystem;

namespace {

int export_page(const ExportOptions& options, Screen& screen) {
    const auto page = write_model_page(options.file, *options.html);
    screen.line(fmt::format("{} ({}) writes with {}: open it in a browser.",
                            shown_path(*options.html),
                            format_bytes(static_cast<double>(page.bytes)), shown_path(page.model)));
    if (page.rounded)
        screen.line(
            "Its text is that of the model that `export --precision int8` makes: to keep all of "
            "layer 0 exact would make the page too large.");
    return 0;
}

}  // namespace

int export_model(const ExportOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    if (options.html) return export_page(options, screen);
    const fs::path file = model_file(*options.file);
    if (options.format == ExportFormat::safetensors) {
        const auto written = export_to_pytorch(file, options.output);
        for (const auto& note : written.notes) screen.line(note);
        screen.line(
            fmt::format("{} is written from {}.", shown_path(written.file), shown_path(file)));
        return 0;
    }
    const auto output =
        export_model_file(file, options.output, options.precision.value_or(Precision::float32));
    screen.line(fmt::format("{} ({}) is written from {} ({}).", printable(output.string()),
                            format_bytes(static_cast<double>(fs::file_size(output))),
                            printable(file.string()),
                            format_bytes(static_cast<double>(fs::file_size(file)))));
    return 0;
}

}  // namespace carousel
