#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/own_file.hpp"

namespace carousel {

/// A path for messages: control characters, characters that reorder or hide text, and bytes that
/// are not UTF-8 escaped as \x1b, so that no file name drives a terminal or deceives its reader.
std::string shown_path(const std::filesystem::path& path);

/// Reads a file from front to back; `-` is standard input.
/// Throws: InputError naming the path and the cause.
class FileReader {
public:
    explicit FileReader(const std::filesystem::path& path);
    ~FileReader();
    FileReader(FileReader&& other) noexcept;
    FileReader& operator=(FileReader&&) = delete;

    /// Fills as much of `buffer` as there is; fewer bytes than asked only at the end, 0 at the end.
    std::size_t read(std::span<std::byte> buffer);

    /// The same from an offset on, which `read` does not notice. Only for regular files.
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const;

    bool is_regular() const;
    std::uint64_t size() const;  ///< of a regular file, now; 0 for others

private:
    std::string name_;
    int descriptor_;
};

/// The whole content of a file, at most `limit` bytes.
/// Throws: InputError, also when the file is longer than `limit`.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = UINT64_MAX);

/// A scratch file without a name: it is written, then mapped, and vanishes with the program.
class ScratchFile {
public:
    /// Creates the file in `folder` (made if missing), which should be on the disk of the model.
    explicit ScratchFile(const std::filesystem::path& folder);
    ~ScratchFile();
    ScratchFile(ScratchFile&& other) noexcept;
    ScratchFile& operator=(ScratchFile&& other) noexcept;

    void append(std::span<const std::byte> bytes);
    std::uint64_t size() const;
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const;

    /// The content, mapped read-only until the object ends. Nothing may be appended afterwards.
    std::span<const std::byte> map();

    /// Gives the memory of mapped pages back; they are read anew when they are needed. Without it a
    /// walk through a large mapping would count as memory of this process.
    void release_pages() const;

private:
    std::string folder_;
    int descriptor_;
    std::uint64_t size_ = 0;
    void* mapping_ = nullptr;
};

using WriteBytes = std::function<void(std::span<const std::byte>)>;

/// Replaces `path` by what `write` puts into a file beside it (`.NAME.carousel-partial`): written,
/// flushed to disk, given to `verify` (which reads it back and throws when it is not right),
/// renamed over `path`, folder flushed. When anything up to the rename fails, the old file is
/// untouched and the one beside it is removed. Creates missing folders. Two writers of one path
/// must be kept apart by the caller, with a FileLock. Law: a file that is not empty and not of this
/// kind, as `own_file` tells it, is never replaced. Throws: InputError naming the path and the
/// cause, or what `write` and `verify` throw.
void replace_file(const std::filesystem::path& path, OwnFile kind,
                  const std::function<void(const WriteBytes&)>& write,
                  const std::function<void(const std::filesystem::path&)>& verify = {});

/// Makes renames and removals in a folder survive a power cut.
void flush_folder(const std::filesystem::path& folder);

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
