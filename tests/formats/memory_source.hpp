#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "formats/byte_source.hpp"

namespace carousel {

/// A source of these bytes, called "a file". The bytes must outlive it.
inline ByteSource memory_source(const std::string& bytes) {
    return {"a file", bytes.size(), [&bytes](std::uint64_t offset, std::span<std::byte> buffer) {
                if (offset >= bytes.size()) return std::size_t{0};
                const auto count = std::min<std::size_t>(buffer.size(), bytes.size() - offset);
                std::memcpy(buffer.data(), bytes.data() + offset, count);
                return count;
            }};
}

}  // namespace carousel
