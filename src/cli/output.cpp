#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"

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

bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& two) {
    std::error_code unknown;
    if (std::filesystem::equivalent(one, two, unknown)) return true;
    const auto place = [&](const std::filesystem::path& file) {
        return std::filesystem::weakly_canonical(std::filesystem::absolute(file, unknown), unknown);
    };
    return place(one) == place(two);
}

void require_output_file(std::string_view option, const std::filesystem::path& file,
                         const std::vector<std::filesystem::path>& kept) {
    if (file == "-") return;
    std::error_code unknown;
    const auto refuse = [&](std::string_view why) {
        throw UsageError(fmt::format("--{} cannot write {}: {}.", option, shown_path(file), why));
    };
    if (std::filesystem::is_directory(file, unknown)) refuse("it is a folder");
    if (std::filesystem::exists(file, unknown) &&
        !std::filesystem::is_regular_file(file, unknown)) {
        refuse("it is no regular file");
    }
    for (const auto& other : kept) {
        if (is_same_file(file, other))
            refuse("this command reads or writes it too, and that would be lost");
    }
    auto folder = std::filesystem::absolute(file, unknown).parent_path();
    while (!std::filesystem::exists(folder, unknown) && folder.has_relative_path()) {
        folder = folder.parent_path();
    }
    if (!std::filesystem::is_directory(folder, unknown) || ::access(folder.c_str(), W_OK) != 0) {
        refuse(fmt::format("nothing can be written in {}", shown_path(folder)));
    }
}

std::string shown_paths(const std::vector<std::string>& paths) {
    std::vector<std::string> shown;
    for (const auto& path : paths) shown.push_back(shown_path(path));
    return shown.empty() ? "the text that comes with the program"
                         : fmt::format("{}", fmt::join(shown, ", "));
}

void Table::add(std::string_view name, std::string_view value) {
    rows_.push_back({std::string(name), std::string(value)});
}

std::string Table::text() const {
    std::size_t width = 0;
    for (const auto& row : rows_) width = std::max(width, row.name.size());
    std::string text;
    for (const auto& [name, value] : rows_) text += fmt::format("{:<{}}  {}\n", name, width, value);
    return text;
}

}  // namespace carousel
