#pragma once

#include <filesystem>
#include <optional>

namespace carousel {

/// An advisory lock held as long as the object lives, on `path`: an empty file, created and at the
/// end removed. Throws: InputError, also where a file stands that is not empty.
class FileLock {
public:
    /// Empty when another process holds it.
    static std::optional<FileLock> try_acquire(const std::filesystem::path& path);
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;

private:
    FileLock(std::filesystem::path path, int descriptor);
    std::filesystem::path path_;
    int descriptor_;
};

}  // namespace carousel
