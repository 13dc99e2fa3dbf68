#pragma once

#include <string>
#include <vector>

#include "data/document.hpp"
#include "data/folder_walk.hpp"

namespace carousel {

struct DocumentList {
    std::vector<Document> documents;
    std::vector<SkippedFile> skipped{};   ///< in directories
    std::vector<std::string> notes{};     ///< sentences for people: what is read, and as what
    std::vector<std::string> warnings{};  ///< the same, of what is likely to be wrong with it
};

/// The documents that CORPUS arguments name: files, `-` (standard input), and directories (see
/// `files_below`), in which files that are no text are skipped: those that this program wrote,
/// binary ones, damaged ones, and those of formats that are not read. Packed and marked up texts
/// are unpacked into scratch files, and so are standard input and other sources that can be read
/// once only. Each document gets its encoding (see `EncodingFinder`).
///
/// A named file is never skipped. Throws: InputError for a named one that is no text or cannot be
/// read, and for a directory without any text; UsageError when `-` is named twice and for an
/// encoding that does not exist.
DocumentList find_documents(const std::vector<std::string>& arguments,
                            const FindSettings& settings);

/// A sentence with a blank in front that counts what was skipped by its kinds; empty for nothing.
std::string counts_of_skipped(const std::vector<SkippedFile>& skipped);

}  // namespace carousel
