#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "app/events.hpp"
#include "base/replace_file.hpp"

namespace carousel {

/// A file to be compressed or decompressed with a model.
struct CompressionRequest {
    std::filesystem::path file;                   ///< `-` is standard input
    std::optional<std::filesystem::path> model;   ///< without which neither works
    std::optional<std::filesystem::path> output;  ///< `-` is standard output; absent: by `file`
    bool fast = false;                            ///< to compress: the net does not learn
    std::optional<int> threads;
};

struct CompressionReport {
    std::filesystem::path output;
    std::uint64_t text_bytes = 0, compressed_bytes = 0;
};

/// Text ends in a file of this name behind its own.
inline constexpr const char* k_compressed_ending = ".crz";

/// Writes the file in fewer bytes, whatever it holds, and nothing where that fails. What is there
/// already stays. `write` is standard output.
/// Throws: UsageError when no model is named or the output is a file that is read; InputError and
/// SnapshotError for what is there already and what cannot be read or written.
CompressionReport compress(const CompressionRequest& request, const TellWork& tell,
                           const WriteBytes& write);

/// The file as it was before, with the model by which it was compressed.
/// Throws: as `compress`, and InputError for what is damaged or of another model.
CompressionReport decompress(const CompressionRequest& request, const TellWork& tell,
                             const WriteBytes& write);

}  // namespace carousel
