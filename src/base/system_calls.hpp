#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

// What the files of this room share. A failed call becomes an InputError that names the path, the
// cause and, where there is one, the remedy.

namespace carousel {

/// `action` is a verb: "Cannot <action> <path>: <cause>." `code`: of errno.
[[noreturn]] void fail_to(std::string_view action, std::string_view path, int code);

/// Repeats a system call that a signal has interrupted.
template <typename Call>
auto uninterrupted(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

/// Reads from an offset on until `buffer` is full or the file at its end. `name`: for messages.
std::size_t read_all_at(int descriptor, std::uint64_t offset, std::span<std::byte> buffer,
                        std::string_view name);

void write_all(int descriptor, std::span<const std::byte> bytes, std::string_view name);

void close_if_open(int descriptor);

/// The folder in which a path is.
std::filesystem::path folder_of(const std::filesystem::path& path);

/// With those above it, where they are missing.
void make_folder(const std::filesystem::path& folder);

}  // namespace carousel
