#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/error.hpp"
#include "cli/wrap.hpp"
#include "text/printable.hpp"

namespace carousel {

Output::Output() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

void Output::write(std::string_view text) {
    if (text.empty()) return;
    in_line_ = text.back() != '\n';
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            throw OutputClosed{};
        } else if (errno != EINTR) {
            throw InputError(fmt::format("Cannot write to standard output: {}.",
                                         std::generic_category().message(errno)));
        }
    }
}

void Output::end_line() {
    if (in_line_) write("\n");
}

void Table::add(std::string_view name, std::string_view value) {
    rows_.push_back({std::string(name), printable(value, Whitespace::escape)});
}

std::string Table::text(std::optional<std::size_t> columns) const {
    std::size_t width = 0;
    for (const auto& row : rows_) width = std::max(width, row.name.size());
    std::string text;
    for (const auto& [name, value] : rows_) {
        text += fmt::format("{:<{}}  {}\n", name, width,
                            columns ? wrapped(value, *columns, width + 2, width + 2) : value);
    }
    return text;
}

}  // namespace carousel
