#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

// Files, in this order: `file` reads one, `replace_file` writes one, `scratch_file` keeps what
// needs no name, `file_lock` keeps two programs apart, `own_file` tells what the program wrote.
// Below them `system_calls`.

namespace carousel {

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

}  // namespace carousel
