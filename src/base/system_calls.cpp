#include "base/system_calls.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "base/error.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

/// What to do about a failed system call, where that is not plain from its name.
std::string_view remedy(int code) {
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return " Free some space or choose another folder.";
        case EACCES:
        case EPERM:
        case EROFS:
            return " Check the permissions or choose another folder.";
        default:
            return "";
    }
}

}  // namespace

void fail_to(std::string_view action, std::string_view path, int code) {
    throw InputError(fmt::format("Cannot {} {}: {}.{}", action, shown_path(path),
                                 std::generic_category().message(code), remedy(code)));
}

std::size_t read_all_at(int descriptor, std::uint64_t offset, std::span<std::byte> buffer,
                        std::string_view name) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto count = uninterrupted([&] {
            return ::pread(descriptor, buffer.data() + filled, buffer.size() - filled,
                           static_cast<off_t>(offset + filled));
        });
        if (count < 0) fail_to("read", name, errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    return filled;
}

void write_all(int descriptor, std::span<const std::byte> bytes, std::string_view name) {
    while (!bytes.empty()) {
        const auto count =
            uninterrupted([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
        if (count < 0) fail_to("write", name, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void close_if_open(int descriptor) {
    if (descriptor >= 0) ::close(descriptor);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) fail_to("make the folder", folder.native(), error.value());
}

}  // namespace carousel
