#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "data/document.hpp"
#include "data/folder_walk.hpp"
#include "text/encoding_detection.hpp"

namespace carousel {

/// A file that is no text, or none that can be read. The message names it.
class NoText : public InputError {
public:
    NoText(std::string kind, const std::string& message)
        : InputError(message), kind_(std::move(kind)) {}
    const std::string& kind() const { return kind_; }  ///< as in `SkippedFile`

private:
    std::string kind_;
};

/// Whether somebody has named a file itself, or the directory that it lies in.
enum class Named : std::uint8_t { file, directory };

struct FoundDocument {
    Document document;
    std::optional<EncodingSource> encoding{};  ///< how it was found; absent: nobody had to look
    std::string read_as{};                     ///< the encoding of the file
    std::uint64_t garbled = 0;                 ///< see `EncodingFinder`
    std::string garbled_example{};
};

/// What is read of a file: its text unpacked where it is packed or marked up, else the file itself;
/// its encoding, its size and its sum. `-` is standard input.
/// Throws: NoText; InputError where it is not the file that fails.
FoundDocument look_at_file(const std::string& path, Named named, const FindSettings& settings);

struct FileToLookAt {
    std::string path{};
    Named named = Named::file;

    bool operator==(const FileToLookAt&) const = default;
};

struct LookedAt {
    FoundDocument found{};
    std::optional<SkippedFile> skipped{};  ///< a file of a directory that is no text
};

/// Looks at one file after the other. Throws: as `look_at_file` of the first that cannot be
/// skipped.
std::vector<LookedAt> look_at_files(std::span<const FileToLookAt> files,
                                    const FindSettings& settings);

/// Whether it becomes a document of the corpus: with an empty file of a directory nothing is left
/// out.
inline bool is_read(const FileToLookAt& file, const LookedAt& looked) {
    return !looked.skipped && (file.named == Named::file || looked.found.document.size > 0);
}

}  // namespace carousel
