#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/scratch_file.hpp"
#include "base/token_id.hpp"

namespace carousel {

/// A long list of ids on disk, each in the narrowest of 1, 2 and 4 bytes: first written, then read
/// through a mapping. The memory it takes does not grow with the list.
class IdStore {
public:
    /// `folder` gets the scratch file; the ids are below `bound`.
    IdStore(const std::filesystem::path& folder, std::size_t bound);

    void append(std::span<const TokenId> ids);

    /// All is written; reading may begin.
    void close();

    std::uint64_t size() const { return size_; }

    /// Range: index < size(), after close().
    TokenId at(std::uint64_t index) const;

    /// Fills `out` with the ids from `begin` on. Several threads may read at once.
    /// Range: begin + out.size() ≤ size(), after close(). Throws: std::logic_error.
    void copy(std::uint64_t begin, std::span<TokenId> out) const;

private:
    void flush();

    ScratchFile file_;
    unsigned width_;  // bytes of an id
    std::uint64_t size_ = 0;
    std::vector<std::byte> buffer_;
    std::span<const std::byte> mapped_;
    mutable std::atomic<std::uint64_t> read_{0};  // bytes since pages were given back
};

}  // namespace carousel
