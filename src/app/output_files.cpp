#include "app/output_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"

namespace carousel {

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

}  // namespace carousel
