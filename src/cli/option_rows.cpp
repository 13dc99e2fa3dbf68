#include "cli/option_rows.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace carousel {

std::string shown(float value) {
    return fmt::format("{}", value);
}
std::string shown(double value) {
    return fmt::format("{}", value);
}

void add_common(OptionTable& table, GlobalOptions& global) {
    table.heading("Of every command");
    table.add("quiet", flag(global.quiet),
              "no progress on standard error, only warnings and errors");
    table.add("config", text(global.config, "FILE"),
              "options from a file of lines `name = value`; the command line wins");
    table.add("help", {"", "", [](std::string_view, const std::string&) {}}, "this list");
}

void require_named_file(const char* option, const std::optional<std::filesystem::path>& file) {
    if (file != "-") return;
    throw UsageError(fmt::format("--{} needs the name of a file, not `-`.", option));
}

}  // namespace carousel
