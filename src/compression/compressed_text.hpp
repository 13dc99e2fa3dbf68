#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/sha256.hpp"

namespace carousel {

/// A compressed text, which stands in a file as `docs/compression.md` says.
struct CompressedText {
    static constexpr std::size_t k_longest_name = 255;  ///< bytes

    bool adaptive = true;     ///< the model learned while it read
    bool without_cr = false;  ///< all line ends were CR LF, and what is coded lacks the CR
    std::string model{};      ///< name of its file, for people
    Sha256Digest weights{};   ///< of the model
    Sha256Digest text{};      ///< of the whole text
    std::uint64_t size = 0;   ///< its bytes, as they are coded
    std::uint64_t units = 0;  ///< symbols and bytes that are coded
    std::string coded{};

    bool operator==(const CompressedText&) const = default;
};

std::string to_bytes(const CompressedText& compressed);

/// Throws: InputError when these bytes are no such file, one of another version, or damaged; none
/// of what they say is believed before their checksum is right.
CompressedText compressed_text(std::string_view bytes);

}  // namespace carousel
