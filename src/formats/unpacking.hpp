#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "formats/byte_source.hpp"

namespace carousel {

/// A compressed file may become so large in any case, and so many times its size, before it is
/// taken for one that was made to fill a disk. Real texts come to a tenth, rarely to a fiftieth.
inline constexpr std::uint64_t k_free_unpacked = std::uint64_t{64} << 20;
inline constexpr std::uint64_t k_most_unpacked_times = 200;

/// The content of a file compressed by gzip, xz, zstd or bzip2, from front to back.
/// Throws: InputError naming the file when it is damaged, cut, or unpacks beyond the limits.
class Decompressor {
public:
    /// `source` must outlive the object.
    explicit Decompressor(const ByteSource& source);
    ~Decompressor();
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    /// Fills as much of the buffer as there is; 0 at the end.
    std::size_t read(std::span<std::byte> buffer);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A zip archive may be so large, and what is read of its entries so much together. A book is a few
/// megabytes.
inline constexpr std::uint64_t k_largest_zip = std::uint64_t{256} << 20;
inline constexpr std::uint64_t k_most_of_entries = std::uint64_t{128} << 20;

/// The entries of a zip archive. What it allocates is in proportion to the file.
/// Throws: InputError naming the file when it is damaged, cut, encrypted or beyond the limits.
class ZipArchive {
public:
    /// `source` must outlive the object.
    explicit ZipArchive(const ByteSource& source);

    /// Reads the next bytes of an entry; 0 at its end.
    using ReadEntry = std::function<std::size_t(std::span<std::byte> buffer)>;

    /// Calls `visit` for each entry, in the order of the archive; it may read the entry.
    void for_each(const std::function<void(const std::string& name, const ReadEntry& read)>& visit);

    const std::string& name() const { return source_.name; }

private:
    const ByteSource& source_;
    std::uint64_t read_ = 0;  // bytes of entries, in all passes together
};

/// All that a reader of an entry gives.
std::string read_all(const ZipArchive::ReadEntry& read);

}  // namespace carousel
