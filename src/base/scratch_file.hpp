#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace carousel {

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

}  // namespace carousel
