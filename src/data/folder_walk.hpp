#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/path_patterns.hpp"

namespace carousel {

/// A file that is not read, or a folder that is not looked into.
struct SkippedFile {
    std::string path;
    std::string kind;  ///< in one or two words, for counts: "binary"
    std::string why;   ///< a sentence or more that names it
};

struct FolderFiles {
    std::vector<std::filesystem::path> files;  ///< sorted by the bytes of their paths
    std::vector<SkippedFile> skipped;          ///< links, what cannot be read, what is ignored
};

/// The regular files below a folder: without hidden entries and links, without what a `.gitignore`
/// there names (or one in the folders above, up to that of the repository), without what `exclude`
/// covers, and where `include` has patterns only what they cover. Patterns see paths from `folder`
/// on. A folder below that cannot be read is skipped.
/// Throws: InputError when `folder` cannot be read.
FolderFiles files_below(const std::filesystem::path& folder, const PathPatterns& include,
                        const PathPatterns& exclude);

}  // namespace carousel
